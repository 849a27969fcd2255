"""Numbers to file: layout, staging, publish, reader, verify; the only room that imports h5py.

FORMAT.md describes the file for strangers. Modules are imported where used: `reader` alone is
light.
"""
