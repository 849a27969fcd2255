"""Windows of the Help menu: is the installation whole, what is the program made of."""
