"""The window among other programs: what it sends them and hears from them, by SAMP."""
