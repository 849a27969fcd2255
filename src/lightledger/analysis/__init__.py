"""Light curves to insight: masks, statistics, ensemble zero points.

Compiled kernels live in `kernels`; they release the GIL and take row ranges.
"""
