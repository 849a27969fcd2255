"""The sky: coadd and frames of visits with the objects on them, at any size, never on the
window's thread longer than a frame.
"""
