"""What style sheets declare, by selector."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import tinycss2  # type: ignore[import-untyped]


@functools.lru_cache(maxsize=4)
def declarations(css: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The values by property of every rule that holds at all times, in order: read once for all
    rules of the audit, which takes most of its time."""
    return tuple(_declarations(css))


def _declarations(css: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        selector = " ".join(tinycss2.serialize(rule.prelude).split())
        found = {
            one.lower_name: tinycss2.serialize(one.value).strip()
            + (" !important" if one.important else "")
            for one in tinycss2.parse_blocks_contents(rule.content)
            if one.type == "declaration"
        }
        yield selector, found
