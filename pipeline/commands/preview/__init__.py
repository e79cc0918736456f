"""Builds a source at every save, and shows the outputs in a browser."""
