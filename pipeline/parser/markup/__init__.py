"""Raw HTML into the model: tokens, an allow-list, and nothing else.

What comes out is built of nodes, never of what was written, so that no markup can be
smuggled past the allow-list.
"""
