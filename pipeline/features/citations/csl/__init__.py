"""The Citation Style Language 1.0.2: from references and a style to citations and a bibliography.

citeproc-py provides the locales and a style. Styles are processed here, because citeproc-py itself
has no disambiguation, collapsing or moving of punctuation, and stops at the variables of current
styles.
"""
