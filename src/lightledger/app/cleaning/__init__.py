"""Cleaning of light curves: flags, sigma clip, running median."""
