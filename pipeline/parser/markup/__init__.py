"""From raw HTML to the model: tokens, an allow-list, and nothing else. The result is of nodes,
never of the original text, so no markup can bypass the list."""
