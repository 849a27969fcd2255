"""The store beside other ways of keeping light curves, in one run, as ratios.

It alone may use other containers directly; nothing of the program depends on it.
"""
