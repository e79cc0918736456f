"""Markdown sources are written here: imported, formatted, begun from starters."""
