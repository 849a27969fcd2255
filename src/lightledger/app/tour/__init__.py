"""A walk through the window: a place has a ring, a card says what it is for."""
