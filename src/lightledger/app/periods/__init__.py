"""The periods dock: periodogram, peaks, and the light curve folded at a dragged period."""
