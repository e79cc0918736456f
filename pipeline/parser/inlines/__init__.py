"""The inline constructs: a scanner that drives Python-Markdown's inline processors."""
