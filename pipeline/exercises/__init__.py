"""Exercises: their questions and points, and the answers to them. Each stage calls its part here.

Nothing here decides what pupils get: the parser records what is withheld, and `pipeline.select`
leaves it out before any of this.
"""
