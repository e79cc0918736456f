"""The block constructs, one module each: Python-Markdown block processors."""
