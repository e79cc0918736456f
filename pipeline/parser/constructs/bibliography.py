"""Where the works are listed that are cited: ``::: bibliography``, or Pandoc's
``::: {#refs}``."""

from __future__ import annotations

from pipeline.model import Bibliography, Block
from pipeline.parser.constructs.parts import Parts


def bibliography(parts: Parts) -> tuple[Block, ...]:
    return (*parts.children, Bibliography(span=parts.span, attributes=parts.attributes))
