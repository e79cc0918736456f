"""A printed text in units: each is set by itself, and all are joined to one PDF that is equal to
that of the text as a whole. So an edit costs its own unit, and units are set side by side."""
