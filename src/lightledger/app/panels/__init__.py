"""Light-curve panels: one drawing item per panel, axes of our own, one time range."""
