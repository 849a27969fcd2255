"""Vetting: deciding object by object what is real."""
