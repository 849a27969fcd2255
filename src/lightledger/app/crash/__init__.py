"""A window that goes down leaves a report on this machine; the next start offers it."""
