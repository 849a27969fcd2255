"""A point's pixels: what the frames of its visit hold around the object."""
