"""Frame to numbers: stars, detection, footprints, background, apertures, one visit measured.

Compiled kernels live in `kernels`; they release the GIL and take row ranges.
"""
