"""Reads HTML, as browsers do, into the same trees as `markup` reads XML into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import html5lib

from pipeline.model.diagnostics import Span
from pipeline.verify.markup import MarkupError, stamp

MAX_ATTRIBUTES = 1000
TOO_WIDE = f"An element has more than {MAX_ATTRIBUTES} attributes."


class _Page(NamedTuple):
    """An HTML page: its ``doctype`` as written, and the mistakes a browser mends silently."""

    root: Element
    doctype: str | None
    mistakes: tuple[tuple[Span, str], ...]


def parse_html(text: str) -> _Page:
    """The page as browsers parse it. Raises `MarkupError` if it is too large."""
    parser = _HTMLParser(tree=_HTMLBuilder)
    try:
        root: Element = parser.parse(text)
    except MarkupError:
        raise
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # html5lib trips over a few kinds of nonsense
        line, column = parser.tokenizer.stream.position()
        raise MarkupError("This is too damaged to read.", Span(line, column)) from None
    mistakes = tuple(
        (Span(line, max(column, 1)), _mistake(code, values or {}))
        for (line, column), code, values in parser.errors
    )
    return _Page(root, parser.tree.doctype_name, mistakes)


def _mistake(code: str, values: dict[str, Any]) -> str:
    """The meaning of a code of html5lib's, and its element."""
    name = values.get("name", "")
    return code.replace("-", " ") + (f", `{name}`" if isinstance(name, str) and name else "")


class _HTMLBuilder(html5lib.getTreeBuilder("etree")):  # type: ignore[misc]
    """Stamps elements with the place where their tag began, and stops at a bomb."""

    position: tuple[int, int]
    count: int
    doctype_name: str | None

    def reset(self) -> None:
        super().reset()
        self.position = (1, 1)
        self.count = 0
        self.doctype_name = None

    def insertDoctype(self, token: dict[str, Any]) -> None:  # noqa: N802
        self.doctype_name = token["name"] or ""
        if token["publicId"] or token["systemId"]:
            self.doctype_name += " …"
        super().insertDoctype(token)

    def insertComment(self, token: dict[str, Any], parent: Any = None) -> None:  # noqa: N802
        """Nothing that is checked depends on comments."""

    def createElement(self, token: dict[str, Any]) -> Any:  # noqa: N802
        self._stamp(token)
        return super().createElement(token)

    def insertElementNormal(self, token: dict[str, Any]) -> Any:  # noqa: N802
        self._stamp(token)
        return super().insertElementNormal(token)

    def _stamp(self, token: dict[str, Any]) -> None:
        self.count += 1
        stamp(token["data"], Span(*self.position), len(self.openElements), self.count)


class _HTMLParser(html5lib.HTMLParser):
    """Passes the positions of tags to the builder: tokens do not contain them."""

    def reset(self) -> None:
        super().reset()
        tokenizer: Any = self.tokenizer
        open_tag: Callable[[], bool] = tokenizer.tagOpenState
        name_attribute: Callable[[], bool] = tokenizer.attributeNameState

        def open_tag_there() -> bool:
            # the "<" has just been read, so the 0-based column of the next character is the 1-based
            # column of it
            self.tree.position = tokenizer.stream.position()
            return open_tag()

        def name_attribute_within_reason() -> bool:
            # the time for a tag grows with the square of their number
            if len(tokenizer.currentToken["data"]) > MAX_ATTRIBUTES:
                raise MarkupError(TOO_WIDE, Span(*self.tree.position))
            return name_attribute()

        tokenizer.tagOpenState = open_tag_there
        tokenizer.attributeNameState = name_attribute_within_reason
