"""From a source to its editions: the table of stages, the runner, and saving."""
