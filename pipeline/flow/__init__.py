"""From a source to its editions: the table of stages, what runs it, and what is made by it."""
