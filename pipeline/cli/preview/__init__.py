"""Builds a source at every save, and shows what was built in a browser.

`watching` has a source built whenever a file that it was made of has changed. `showing` takes what
a build has written and says where in the source it comes from, `drawing` makes pictures of a PDF's
pages in a process of its own, and `server` gives all that to the page in ``templates/preview``.
"""
