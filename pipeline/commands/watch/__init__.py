"""Building at every save."""
