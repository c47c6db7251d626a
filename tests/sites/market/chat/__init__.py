"""A part of a marketplace that Prosa knows nothing of."""
