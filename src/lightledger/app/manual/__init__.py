"""The manual inside the window: pages, search, and which page explains what has the focus."""
