"""What only teachers get, in an edition for them: it is counted after all that students get
too, so that both have the same numbers."""

from __future__ import annotations

from pipeline.tree import Context, is_for_teachers

ONLY_FOR_TEACHERS: Context[bool] = (False, lambda node, above: above or is_for_teachers(node))
"""Of each node whether only teachers get it."""
