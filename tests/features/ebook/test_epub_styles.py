"""The e-book's style sheets are limited to features of the oldest reading systems.

Adobe's engine from before EPUB 3, which many e-readers still have, rejects a whole sheet, or the
book, because of an unknown function or rule. So one sheet has CSS 2.1 and features that this engine
ignores, and newer ones are in a separate sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import tinycss2  # type: ignore[import-untyped]
from msgspec.structs import replace

from pipeline.model.kinds import KINDS
from pipeline.model.rendered import Style
from pipeline.render.ebook import plain, styles
from pipeline.render.environment import environment
from pipeline.render.style_sheets import CONSTRUCTS
from tests.helpers import making

FUNCTIONS = {"attr", "url"}
PSEUDO = {"first-child", "before", "after"}


SIZED = """\
![A well](well.png){width=50%}

::: lines-numbered
The road is long,
the bucket heavy.
:::
"""


@pytest.fixture(scope="module")
def sheets() -> tuple[Style, ...]:
    """Those of a book that has all there is, with rules for a text, and of all kinds. Code has no
    colours there."""
    document = making.resolved(SIZED, "ebook")
    pages = making.rendered(document)
    (sizes,) = (style.css for style in pages.styles if style.name == "widths.css")
    constructs = tuple(name for name in CONSTRUCTS if name != "highlighting")
    of_kinds = [replace(document.metadata, kind=kind) for kind in KINDS if kind]
    return (
        *styles(environment(), constructs, sizes, document.metadata),
        *(sheet for metadata in of_kinds for sheet in styles(environment(), (), "", metadata)),
    )


def rules(css: str, *, is_apart: bool = False) -> Iterator[Any]:
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if is_apart and getattr(rule, "at_keyword", "") == "counter-style":
            continue
        if getattr(rule, "at_keyword", "") == "media":  # of phones, in the sheet of newer readers
            yield from rules(tinycss2.serialize(rule.content))
            continue
        assert rule.type == "qualified-rule", f"{rule.type} {getattr(rule, 'at_keyword', '')}"
        yield rule


def tokens(values: list[Any]) -> Iterator[Any]:
    for value in values:
        yield value
        yield from tokens(
            getattr(value, "arguments", None) or getattr(value, "content", None) or []
        )


def declarations(css: str) -> Iterator[Any]:
    for rule in rules(css):
        for found in tinycss2.parse_blocks_contents(rule.content, skip_comments=True):
            if found.type != "whitespace":
                assert found.type == "declaration", tinycss2.serialize(rule.prelude)
                yield found


def old(sheets: tuple[Style, ...]) -> str:
    return "\n".join(style.css for style in sheets if not style.apart)


def test_nothing_is_in_it_that_old_engines_stumble_over(sheets: tuple[Style, ...]) -> None:
    for found in declarations(old(sheets)):
        said = f"{found.name}: {tinycss2.serialize(found.value)}"
        for token in tokens(found.value):
            if token.type == "function":
                assert token.lower_name in FUNCTIONS, said
            elif token.type == "dimension":
                assert token.lower_unit == "em" or (token.unit == "px" and token.value <= 2), said
            else:
                assert token.type != "error", said
        assert not found.name.startswith("--"), said
        assert not any(word in said for word in ("flex", "grid", "position")), said


def test_selectors_are_those_of_css_2(sheets: tuple[Style, ...]) -> None:
    for rule in rules(old(sheets)):
        selector = tinycss2.serialize(rule.prelude).strip()
        assert "::" not in selector, selector
        assert "~" not in selector, selector
        assert not any(token.type == "function" for token in rule.prelude), selector
        for before, token in zip(rule.prelude, rule.prelude[1:], strict=False):
            if before == ":":
                assert token.lower_value in PSEUDO, selector
            if token.type == "[] block":
                operators = {t.value for t in token.content if t.type == "literal"}
                assert operators <= {"="}, selector


def test_colours_are_the_readers(sheets: tuple[Style, ...]) -> None:
    """Night is the reader's to choose: nothing is coloured but by `currentColor`. Pictures alone
    keep their paper."""
    for style in sheets:
        for rule in rules(style.css, is_apart=style.apart):
            selector = tinycss2.serialize(rule.prelude)
            for found in tinycss2.parse_blocks_contents(rule.content, skip_comments=True):
                if found.type != "declaration" or "color" not in found.name:
                    continue
                value = tinycss2.serialize(found.value).strip()
                is_paper = value == "#fff" and "img" in selector
                assert value in {"inherit", "currentColor"} or is_paper, selector


def test_text_is_neither_sized_nor_spaced_nor_set_in_a_font(sheets: tuple[Style, ...]) -> None:
    for rule in rules(old(sheets)):
        names = {part.strip() for part in tinycss2.serialize(rule.prelude).split(",")}
        if names & {"html", "body", "p"}:
            content = tinycss2.serialize(rule.content)
            for word in ("font", "line-height", "text-align", "color"):
                assert word not in content, names


def test_a_break_is_declared_in_both_ways(sheets: tuple[Style, ...]) -> None:
    for style in sheets:
        for rule in rules(style.css, is_apart=style.apart):
            found = {
                d.name: tinycss2.serialize(d.value).strip()
                for d in tinycss2.parse_blocks_contents(rule.content, skip_comments=True)
                if d.type == "declaration"
            }
            for name in ("break-before", "break-after", "break-inside"):
                value = found.get(name)
                older = {"page": "always"}.get(value or "", value)
                assert found.get(f"page-{name}") == older, tinycss2.serialize(rule.prelude)


@pytest.mark.parametrize(
    ("direction", "side", "other"), [("ltr", "left", "right"), ("rtl", "right", "left")]
)
def test_sides_follow_the_direction_of_the_book(direction: Any, side: str, other: str) -> None:
    css = "p { padding-inline-start: 1em; margin-inline-end: 2em; text-align: start }"
    assert plain(css, direction) == (
        f"p {{ padding-{side}: 1em; margin-{other}: 2em; text-align: {side}; text-align: start }}"
    )


def test_hyphens_are_declared_in_both_ways() -> None:
    assert plain("h1 { hyphens: none }", "ltr") == "h1 { -webkit-hyphens: none; hyphens: none }"


def test_declarations_in_new_units_are_left_out() -> None:
    assert plain("p { margin: 2em; margin: 4ch; max-height: 90vh }", "ltr") == "p { margin: 2em; }"
