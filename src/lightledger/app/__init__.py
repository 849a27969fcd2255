"""The window and the figures; Qt only, no astronomy.

Everything shown comes from `library` and `ingest`.
"""
