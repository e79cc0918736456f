"""mdBook, as the Rust book uses it: listings with captions and file names."""

from __future__ import annotations

from pipeline.features.dialects import lessons
from pipeline.model.late import late
from pipeline.parser.dialects import Dialect, LinePair, Sign

MDBOOK = Dialect(
    names=("mdBook",),
    begins=frozenset("<"),
    signs=(Sign("</Listing>", late(r"(?m)^<Listing\b")),),
    pairs=(
        LinePair(
            late(r"<Listing(?P<title>(?: +[\w-]+=(?:\"[^\"]*\"|'[^']*'))*) *>"),
            lessons.closing("</Listing>"),
            name="mdbook-listing",
        ),
    ),
    containers={"mdbook-listing": lessons.listing},
)
