"""A printed text in units: each is laid out separately, and all are joined to the same PDF as if
the text had been laid out as a whole. So an edit only costs its own unit, and units are laid out in
parallel."""
