"""The installed program itself: where it keeps things, whether it is whole, what it is made of.

Needs little more than the standard library; every room may ask it.
"""
