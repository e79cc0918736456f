"""The guide: the landmarks as reading systems before EPUB 3 expect them."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.pages import Landmark
from pipeline.roles import ROLES

KINDS: dict[str, str] = {
    "cover": "cover",
    "toc": "toc",
    "loi": "loi",
    "lot": "lot",
    "bodymatter": "text",
    **{name: role.guide for name, role in ROLES.items() if role.guide},
}
"""What EPUB 2 calls the landmarks that it knows."""


def guide(landmarks: tuple[Landmark, ...]) -> Iterator[dict[str, str]]:
    """The references of the guide, as EbookLib takes them."""
    for landmark in landmarks:
        if landmark.kind in KINDS:
            yield {
                "type": KINDS[landmark.kind],
                "title": landmark.title,
                "href": landmark.href,
            }
