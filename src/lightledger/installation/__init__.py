"""The installed program itself: where it keeps things, whether it is whole, what it is made of.

Needs nothing but the standard library and platformdirs; every room may ask it.
"""
