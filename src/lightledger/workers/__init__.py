"""QThreadPool as one more submitter: run, progress, cancel, drain.

No worker touches a widget; results reach the window through one bridge.
"""
