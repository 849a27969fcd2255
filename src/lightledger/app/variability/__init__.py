"""Any number of all objects against any other: the plot, and the dock that fills it."""
