"""Covers: of an e-book, of a web page on social sites, and of a printed book."""
