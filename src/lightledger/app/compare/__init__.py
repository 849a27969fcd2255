"""The measurements of one object side by side."""
