"""Builds a source at every save, and shows the outputs in a browser.

`watching` builds a source whenever one of its files has changed. `showing` finds the source
positions of a build's outputs, `drawing` renders a PDF's pages in a process of its own, and
`server` passes all of that to the page in ``templates/preview``.
"""
