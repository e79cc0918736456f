"""Checks that run in the Python of the checkers, as modules: they know nothing of the pipeline."""
