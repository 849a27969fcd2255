"""Is it real? Chips above the panels, and the plot behind each."""
