"""The web page, print and e-book of a source in a browser, built at every save: for `chapbook
preview` and `chapbook desk`.

`session` builds a source whenever one of its files has changed. `pages` finds the source
positions of a build's outputs, `page_images` renders a PDF's pages in a process of its own, and
`server` passes all of that to the page in ``templates/preview``.
"""
