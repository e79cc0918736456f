"""From raw HTML to the model: tokens, an allow-list, and nothing else.

The result consists of nodes, never of the original text, so no markup can bypass the allow-list.
"""
