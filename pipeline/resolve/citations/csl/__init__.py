"""The Citation Style Language 1.0.2: from references and a style to citations and a
bibliography.

citeproc-py brings the locales and a style; what styles ask for is done here, since citeproc-py
itself has no disambiguation, collapsing or moving of punctuation, and stops at the variables
that the styles of today use.
"""
