"""Listing editions."""
