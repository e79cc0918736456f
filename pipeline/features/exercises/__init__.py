"""Exercises: their questions and marks, and the answers to them.

Nothing here decides what pupils get: the parser records what is withheld, and `pipeline.select`
leaves it out before any of this.
"""
