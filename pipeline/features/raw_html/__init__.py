"""Elements of raw HTML as nodes of the model, by an allow-list. The result is of nodes, never of
the original text, so no markup can bypass the list."""
