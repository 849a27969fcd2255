"""Light curves that others measured, as a store of their own.

`reading` turns a file into `series`; `columns`, `clocks` and `quality` say what its columns, times
and quality bits mean; `slots` puts the points of all objects into visits; `importing` publishes.
Light names only; everything is imported where it is used.
"""
