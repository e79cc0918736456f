"""What style sheets declare, by selector."""

from __future__ import annotations

from collections.abc import Iterator

import tinycss2  # type: ignore[import-untyped]


def declarations(css: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The values by property of every rule that holds at all times, in order."""
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
