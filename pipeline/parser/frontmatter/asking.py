"""Who asks in a dialogue, by the words that authors use for it, in all languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.codes import Code
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.values import Report
from pipeline.parser.frontmatter.yaml_nodes import Place
from pipeline.suggestions import nearest
from pipeline.words import folded, folded_words, understood

LIKE = 0.8
"""How like a word for somebody who asks another one must be to be taken for a slip."""


class Part(NamedTuple):
    """Somebody's role in the dialogue. ``asks`` is None where the front matter does not say."""

    role: str
    asks: bool | None
    place: Place

    def has(self, meaning: str) -> bool:
        """Whether the role, or a word of it, is one for ``meaning``."""
        known = folded_words(meaning)
        said = (self.role, *re.findall(r"\w+", self.role))
        return any(folded(word) in known for word in said)


def settled(parts: Sequence[Part], report: Report, key: str) -> list[bool]:
    """Whether each of some people asks. A teacher or a journalist does where nobody else is
    there to ask. Of a role that is not known the author is told, if it seems that it was meant
    for somebody who asks."""
    asks = [part.asks if part.asks is not None else part.has("asks") for part in parts]
    if not any(asks):
        asks = [
            part.asks is None and part.has("may_ask") and not part.has("replies") for part in parts
        ]
    nobody = len(parts) > 1 and not any(asks) and all(part.asks is None for part in parts)
    for part in parts:
        if part.asks is not None or any(map(part.has, ("asks", "may_ask", "replies"))):
            continue
        near = nearest(part.role, understood("asks"), LIKE)
        if near or nobody:
            message = f"`{shorten(part.role)}` is no role that is known, and does not ask."
            meant = f"Did you mean `{near}`? " if near else ""
            hint = f"{meant}Write `{{role: {shorten(part.role)}, asks: true}}`, or `asks: false`."
            report.add(Code.UNKNOWN_ROLE, message, part.place, hint)
            nobody = False  # once is enough
    return asks
