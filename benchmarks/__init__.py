"""What Prosa costs and how long people wait, as ratios of figures taken side by side in one run."""
