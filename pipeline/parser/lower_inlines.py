"""From the inline elements of the tree to the inlines of the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.codes import Code as Finding
from pipeline.diagnostics import Span
from pipeline.model import (
    NO_ATTRIBUTES,
    Abbreviation,
    Code,
    Emphasis,
    Image,
    Inline,
    InlineElement,
    LineBreak,
    Link,
    NoteReference,
    SoftBreak,
    Strikethrough,
    Strong,
    Text,
)
from pipeline.parser.inlines.nesting import bind
from pipeline.parser.inlines.patterns import InlineSpan
from pipeline.parser.markup import MarkupBuilder
from pipeline.tree import plain_text

Report = Callable[[Finding, str, "Span | None", str], None]


class InlineLowering:
    """``abbreviations`` are marked wherever they stand in text. Below ``deepest`` levels
    of nesting, counted by the caller for blocks, all markup is left out."""

    def __init__(self, abbreviations: Mapping[str, str], report: Report, deepest: int) -> None:
        self._report = report
        self._deepest = deepest
        self._said = False
        self._place: Span | None = None
        self._abbreviations = abbreviations
        names = sorted(map(re.escape, abbreviations), key=len, reverse=True)
        self._abbreviation = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None

    def leaf(self, element: Element, depth: int, place: Span | None) -> tuple[Inline, ...]:
        """The inlines of a block element that stands at ``place``."""
        self._place = place
        return self._inlines(element, depth)

    def _inlines(self, element: Element, depth: int) -> tuple[Inline, ...]:
        """The inlines of an element: its text, its children and their tails."""
        if depth >= self._deepest:
            return self._flat(element)
        if any(child.tag == "raw" for child in element):
            return self._with_markup(element, depth)
        found = [*self._text(element.text)]
        for child in element:
            found += self._inline(child, depth)
            found += self._text(child.tail)
        return tuple(found)

    def _with_markup(self, element: Element, depth: int) -> tuple[Inline, ...]:
        builder = MarkupBuilder(self._report, self._deepest - depth)
        builder.add(self._text(element.text))
        for child in element:
            if child.tag == "raw":
                assert isinstance(child, InlineSpan)
                builder.feed_tag(child.text or "", child.place)
            else:
                builder.add(self._inline(child, depth + builder.depth))
            builder.add(self._text(child.tail))
        return builder.inlines()

    def _flat(self, element: Element) -> tuple[Inline, ...]:
        if len(element) and not self._said:
            self._said = True
            self._report(Finding.NESTING_TOO_DEEP, "Markup is nested too deep.", self._place, "")
        text = "".join(element.itertext())
        return (Text(text=text),) if text else ()

    def _inline(self, element: Element, depth: int) -> tuple[Inline, ...]:
        assert isinstance(element, InlineSpan)
        span = Span(*element.place) if element.place[0] else None
        attributes = element.attributes or NO_ATTRIBUTES
        inner = depth + 1
        match element.tag:
            case "em":
                return (Emphasis(children=self._inlines(element, inner)),)
            case "strong":
                return (Strong(children=self._inlines(element, inner)),)
            case "del":
                return (Strikethrough(children=self._inlines(element, inner)),)
            case "code":
                return (Code(text=element.text or "", attributes=attributes),)
            case "br":
                return (LineBreak(),)
            case "soft-break":
                return (SoftBreak(),)
            case "a":
                link = Link(
                    children=self._inlines(element, inner),
                    href=element.get("href", ""),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
                return bind(link)
            case "img":
                image = Image(
                    source=element.get("src", ""),
                    alt=plain_text(self._inlines(element, inner)),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
                return (image,)
            case "span":
                children = self._inlines(element, inner)
                found = InlineElement(
                    name="span", children=children, span=span, attributes=attributes
                )
                return (found,)
            case "note-reference":
                return (NoteReference(label=element.get("label", ""), span=span),)
            case tag:
                raise AssertionError(f"no lowering for the inline element {tag}")

    def _text(self, text: str | None) -> Sequence[Inline]:
        if not text:
            return ()
        if self._abbreviation is None:
            return (Text(text=text),)
        found: list[Inline] = []
        last = 0
        for match in self._abbreviation.finditer(text):
            if match.start() > last:
                found.append(Text(text=text[last : match.start()]))
            found.append(Abbreviation(text=match[0], title=self._abbreviations[match[0]]))
            last = match.end()
        if last < len(text):
            found.append(Text(text=text[last:]))
        return found
