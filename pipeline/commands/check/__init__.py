"""Checking finished files, and the links of sources."""
