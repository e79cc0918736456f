"""Verifies what is built: e-books before packaging, finished files against their documents, and
that no answer is in a file for pupils."""
