"""Formatting sources."""
