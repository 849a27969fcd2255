"""Folder to frames: file-name templates, scan, read, headers to times and setups, units, positions.

Light names only; `scan`, `read`, `grid`, `matching` and `catalogue` are imported where used.
"""
