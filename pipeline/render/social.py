"""What a web page says of the picture that stands for it where it is shared."""

from __future__ import annotations

from urllib.parse import quote, urljoin

from pipeline.metadata import Metadata
from pipeline.render.cover import SOCIAL_HEIGHT, SOCIAL_WIDTH, social_file
from pipeline.render.discovery import MetaTag
from pipeline.words import words


def social_tags(metadata: Metadata, stem: str) -> tuple[MetaTag, ...]:
    """Open Graph wants a full address: without the publication's own there is no picture."""
    if not metadata.url:
        return ()
    alt = metadata.cover.alt if metadata.cover else ""
    return (
        MetaTag("property", "og:image", urljoin(metadata.url, quote(social_file(stem)))),
        MetaTag("property", "og:image:type", "image/jpeg"),
        MetaTag("property", "og:image:width", str(SOCIAL_WIDTH)),
        MetaTag("property", "og:image:height", str(SOCIAL_HEIGHT)),
        MetaTag(
            "property",
            "og:image:alt",
            alt or words(metadata.lang)["cover_alt"].format(title=metadata.title),
        ),
        MetaTag("name", "twitter:card", "summary_large_image"),
    )
