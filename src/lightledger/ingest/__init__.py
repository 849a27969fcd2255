"""Write side, no Qt: plan (preflight), reference, tasks, run, publish with statistics.

Heavy modules are imported where used, so the window starts without them.
"""
