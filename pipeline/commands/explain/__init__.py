"""Explaining findings."""
