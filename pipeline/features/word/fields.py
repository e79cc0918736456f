"""Fields: numbers that Word counts, references to them, the contents and the index."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.features.word.xml import Element, element


def field(instruction: str, result: list[Element]) -> list[Element]:
    """A field and what it shows until Word computes it anew."""
    return [*opened(instruction), *result, closed()]


def page_of(bookmark: str, result: list[Element]) -> list[Element]:
    """The page that a bookmark is on."""
    return field(f"PAGEREF {bookmark} \\h", result)


def opened(instruction: str, *, is_dirty: bool = False) -> list[Element]:
    """The beginning of a field whose result may have several paragraphs. One that is dirty is
    computed when the file is opened."""
    dirty = {"dirty": 1} if is_dirty else {}
    return [
        element("r", element("fldChar", fldCharType="begin", **dirty)),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        element("r", element("fldChar", fldCharType="separate")),
    ]


def closed() -> Element:
    return element("r", element("fldChar", fldCharType="end"))


def around(paragraphs: list[Element], instruction: str) -> list[Element]:
    """Some paragraphs as the result of a field, which is computed when the file is opened."""
    properties = paragraphs[0].find("{*}pPr")
    for part in reversed(opened(instruction, is_dirty=True)):
        properties.addnext(part)
    paragraphs[-1].append(closed())
    return paragraphs


def silent(instruction: str) -> list[Element]:
    """A field without a result, which marks a place for the index or the contents."""
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", element("instrText", f" {instruction} ", xml__space="preserve")),
        closed(),
    ]


def quoted(text: str) -> str:
    """Text as an argument of a field."""
    return f'"{_escaped(text)}"'


def entry(path: Iterable[str]) -> str:
    """An entry of the index, after those above it, as an argument of a field."""
    return '"' + ":".join(_escaped(term).replace(":", r"\:") for term in path) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "”")
