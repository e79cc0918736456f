"""Works, styles and what these make of them: all that tests need to know of the processor."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.marked_text import inlines
from pipeline.features.citations.csl.processor import Processor
from pipeline.features.citations.csl.style import (
    CitationStyle,
    Cite,
    Locator,
    Reference,
    parse,
    read,
)
from pipeline.features.citations.sources import Works, named_style
from pipeline.model import Emphasis, Inline, InlineElement, Link, Strong, Text
from pipeline.model.words import words


def read_works(data: str | bytes, name: str = "refs.bib", lang: str = "") -> Works:
    """The works in a file, with all findings. Without a language, its words are their keys."""
    works = Works(words(lang).__getitem__ if lang else str)
    works.read(name, data.encode() if isinstance(data, str) else data)
    return works


def value(work: Reference, variable: str) -> str:
    """The text of a variable, without its marks."""
    return marks.plain(work.values.get(variable, ""))


def style_of(xml: str) -> CitationStyle:
    return read(parse(xml.encode()), "en-US")


def written(nodes: Iterable[Inline]) -> str:
    """Inlines as Markdown writes them, addresses in angle brackets."""
    parts = []
    for node in nodes:
        match node:
            case Text():
                parts.append(node.text)
            case Emphasis():
                parts.append(f"*{written(node.children)}*")
            case Strong():
                parts.append(f"**{written(node.children)}**")
            case Link():
                text = written(node.children)
                shown = text if node.href == text else f"{text}: {node.href}"
                parts.append(text if node.href.startswith("#") else f"<{shown}>")
            case InlineElement():
                parts.append(f"[{written(node.children)}]{{.{node.name}}}")
            case _:
                raise AssertionError(node)
    return "".join(parts).replace("\u00a0", " ")


class Style:
    """A style with some works, as text."""

    def __init__(
        self, name: str | CitationStyle, references: Iterable[Reference], lang: str = "en-US"
    ) -> None:
        self.style = named_style(name, lang) if isinstance(name, str) else name
        self.processor = Processor(self.style, list(references))

    def cite(self, *keys: str, in_text: bool = False, page: str = "", position: str = "") -> str:
        cites = [
            Cite(
                key=key,
                locator=Locator("page", page) if page else None,
                position=frozenset(position.split()),
            )
            for key in keys
        ]
        return self.written(self.processor.cite(cites, in_text))

    def note(self, *keys: str, position: str = "", prefix: str = "") -> str:
        cites = [Cite(key=key, position=frozenset(position.split()), prefix=prefix) for key in keys]
        return self.written(self.processor.note(cites))

    def entries(self) -> list[str]:
        return [
            " ".join(filter(None, (marks.plain(entry.label), self.written(entry.text))))
            for entry in self.processor.entries()
        ]

    def written(self, text: str) -> str:
        return written(self.inlines(text))

    def inlines(self, text: str) -> tuple[Inline, ...]:
        """A text of the processor, whose marks are nodes."""
        return tuple(inlines(text, self.style.locale))
