"""Building sources from the command line."""
