"""The log: a file that is turned over by itself, and a window that shows it."""
