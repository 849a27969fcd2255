"""The ingest wizard: from a dropped folder to a store, four pages and an end page.

Each page is useful by itself; everything long runs in workers.
"""

from .dialog import IngestWizard

__all__ = ["IngestWizard"]
