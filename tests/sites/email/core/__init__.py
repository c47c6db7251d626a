"""A part of a site that Prosa knows nothing of."""
