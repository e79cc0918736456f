"""From the inline elements of the tree to the inlines of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline
from pipeline.model.codes import Code as Finding
from pipeline.model.diagnostics import Span
from pipeline.model.gaps import STAND_INS, is_left_out
from pipeline.model.names import Names
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import is_partial, notes_in, plain_text
from pipeline.parser import blank_rules
from pipeline.parser.attributes import make
from pipeline.parser.constructs.parts import Around
from pipeline.parser.inlines.blanks import BlankSpan
from pipeline.parser.inlines.math import with_subscripts
from pipeline.parser.inlines.patterns import InlineSpan
from pipeline.parser.inlines.references import CitationSpan
from pipeline.parser.markup.flow import FORMATS, bind
from pipeline.parser.markup.plain_markup import RawMarkup, raw_markup
from pipeline.parser.partial_strings import written

ALT = ("alt", "fig-alt")
"""Attributes with an image's alternative text; what is in brackets is then its caption."""

CAPTION = "fig-cap"
"""Quarto's attribute with an image's caption."""


MOST = 20_000
"""The most pieces of markup in a paragraph: they take much longer to lay out than text."""

LINE_ENDS = frozenset({"br", "soft-break"})


class InlineLowering:
    """``abbreviations`` are marked wherever they occur in text. Below ``deepest`` levels of
    nesting, counted by the caller for blocks, all markup is dropped. The content of inline notes is
    added to ``notes``."""

    def __init__(
        self,
        abbreviations: Mapping[str, model.Abbreviation],
        around: Around,
        deepest: int,
        notes: list[model.Note],
    ) -> None:
        self.around = around
        self._report, self._rebased = around.report, around.rebased
        self._notes = notes
        self._labels = Names()
        self._deepest = deepest
        self._is_reported = False
        self._place: Span | None = None
        self._abbreviations = abbreviations
        names = sorted(map(re.escape, abbreviations), key=len, reverse=True)
        self._abbreviation = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None

    def leaf(self, element: Element, depth: int, place: Span | None) -> tuple[Inline, ...]:
        """The inlines of a block element at ``place``."""
        self._place = place
        if len(element) > MOST and sum(child.tag not in LINE_ENDS for child in element) > MOST:
            message = f"The paragraph has more than {MOST:,} pieces of markup."
            self._report(Finding.TOO_MUCH_MARKUP, message, place, "Divide it by empty lines.")
            return ()
        return self._inlines(element, depth)

    def cell(self, element: Element, depth: int, place: Span | None) -> tuple[Block, ...]:
        """The content of a table cell: text, and the blocks that raw HTML makes in it."""
        self._place = place
        if depth < self._deepest and any(child.tag == "raw" for child in element):
            return self._built(element, depth).blocks()
        inlines = self._inlines(element, depth)
        return (model.Plain(children=inlines),) if inlines else ()

    def _inlines(self, element: Element, depth: int) -> tuple[Inline, ...]:
        """The inlines of an element: its text, its children and their tails."""
        if depth >= self._deepest:
            return self._flat(element)
        if any(child.tag == "raw" for child in element):
            return self._built(element, depth).inlines()
        inlines = [*self._text(element.text)]
        for child in element:
            inlines += self._inline(child, depth)
            inlines += self._text(child.tail)
        return tuple(inlines)

    def _built(self, element: Element, depth: int) -> RawMarkup:
        builder = raw_markup(self.around, self._deepest - depth)
        builder.add(self._text(element.text))
        for child in element:
            if child.tag == "raw":
                assert isinstance(child, InlineSpan)
                builder.feed_tag(child.text or "", child.span)
            else:
                builder.add(self._inline(child, depth + builder.depth))
            builder.add(self._text(child.tail))
        return builder

    def _flat(self, element: Element) -> tuple[Inline, ...]:
        if len(element) and not self._is_reported:
            self._is_reported = True
            self._report(Finding.NESTING_TOO_DEEP, "Markup is nested too deeply.", self._place, "")
        text = "".join(element.itertext())
        return (model.Text(text=text),) if text else ()

    def _inline(self, element: Element, depth: int) -> Iterator[Inline]:
        assert isinstance(element, InlineSpan)
        span = element.span
        attributes = element.attributes or NO_ATTRIBUTES
        inner = depth + 1
        match element.tag:
            case "em" | "strong" | "del":
                yield FORMATS[element.tag](children=self._inlines(element, inner))
            case "mark" | "sub" | "sup":
                yield model.InlineElement(name=element.tag, children=self._inlines(element, inner))
            case "element":
                content = element.text or ""
                if title := element.get("title"):
                    yield model.Abbreviation(text=content, title=title)
                else:
                    text = (model.Text(text=content),)
                    yield model.InlineElement(name=element.get("name", ""), children=text)
            case "emoji" | "text":
                yield model.Text(text=element.text or "")
            case "group":
                yield from self._inlines(element, inner)
            case "slip":
                message, hint = element.get("message", ""), element.get("hint", "")
                self._report(Finding.LIKELY_SLIP, message, span, hint)
                if element.text:
                    yield model.Text(text=element.text)
            case "code":
                place = span if element.attributes else None  # most need none
                yield model.Code(text=element.text or "", span=place, attributes=attributes)
            case "br":
                yield model.LineBreak()
            case "soft-break":
                yield model.SoftBreak()
            case "a":
                link = model.Link(
                    children=self._inlines(element, inner),
                    href=self._address(element, "href", span),
                    title=element.get("title", ""),
                    span=span,
                    attributes=attributes,
                )
                yield from bind(link)
            case "img":
                described = self._inlines(element, inner)
                words = rewrite(described, leave={model.NoteReference: lambda note: ()})
                alt, title = written(words), element.get("title", "")
                title = title or attributes.get(CAPTION)
                attributes = attributes.without({CAPTION})
                if given := next(filter(None, map(attributes.get, ALT)), ""):
                    alt, title = given, title or (alt if alt != given else "")
                    attributes = attributes.without(ALT)
                yield model.Image(
                    source=self._address(element, "src", span),
                    alt=alt,
                    title=title,
                    span=span,
                    attributes=attributes,
                )
                yield from notes_in(described)
            case "span":
                children = self._inlines(element, inner)
                name, attributes = _named(attributes)
                yield model.InlineElement(
                    name=name, children=children, span=span, attributes=attributes
                )
            case "cross-reference":
                yield _cross_reference(element, attributes)
            case "cross-references":
                yield from _cross_references(element, attributes)
            case "math" if is_left_out(element.text or ""):
                yield model.Text(text=element.text or "")
            case "math":
                display = bool(element.get("display"))
                more = int(element.get("marks", "0")) - (2 if display else 1)
                if span and more > 0:  # the formula begins after more marks than usual
                    span = Span(span.line, span.column + more)
                tex = with_subscripts(element.text or "")
                yield model.Math(tex=tex, display=display, span=span)
            case "blank":
                assert isinstance(element, BlankSpan)
                yield blank_rules.lower(element, span, self._report)
            case "variable":
                yield model.Variable(name=element.get("name", ""), span=span)
            case "include":
                message = "An include needs a line of its own; it cannot be within text."
                self._report(Finding.BAD_INCLUDE, message, span, "")
                yield model.Text(text=element.text or "")
            case "citation":
                assert isinstance(element, CitationSpan)
                yield model.Citation(
                    items=element.items_cited,
                    in_text=element.in_text,
                    source=element.source,
                    span=span,
                )
            case "note-reference":
                yield model.NoteReference(label=element.get("label", ""), span=span)
            case "note":
                yield from self._note(element, depth, span)
            case tag:
                raise AssertionError(f"no lowering for the inline element {tag}")

    def _note(self, element: InlineSpan, depth: int, span: Span | None) -> tuple[Inline, ...]:
        """A reference to the note ``^[…]``, with a label that no other label can equal, the same
        wherever the note stands; nothing if it only contains a comment, or a tag around nothing.
        Its attributes are those of its paragraph; with a condition they are those of the reference,
        without which there is no note."""
        element.text = (element.text or "").lstrip()
        if len(element):
            element[-1].tail = (element[-1].tail or "").rstrip()
        else:
            element.text = element.text.rstrip()
        place = Span(span.line, span.column + len("^["), file=span.file) if span else None
        inlines = self._inlines(element, depth + 1)
        while inlines and isinstance(inlines[0], model.SoftBreak):
            inlines = inlines[1:]
        while inlines and isinstance(inlines[-1], model.SoftBreak):
            inlines = inlines[:-1]
        if not inlines:
            return ()
        text = model.Paragraph(
            children=inlines, span=place, attributes=element.attributes or NO_ATTRIBUTES
        )
        known = STAND_INS.sub("", plain_text(inlines))
        digest = blake2b(known.encode(), digest_size=6).hexdigest()
        label = self._labels.take(f"{model.INLINE_NOTE}{digest}")
        reference: Inline = model.NoteReference(label=label, span=span)
        if is_partial(text):
            reference = model.InlineElement(
                name="span", children=(reference,), span=span, attributes=text.attributes
            )
            text = replace(text, attributes=NO_ATTRIBUTES)
        self._notes.append(model.Note(label=label, children=(text,), span=span))
        return (reference,)

    def _address(self, element: InlineSpan, key: str, span: Span | None) -> str:
        address = element.get(key, "")
        return address if element.get("defined") else self._rebased(address, span)

    def _text(self, text: str | None) -> Sequence[Inline]:
        if not text:
            return ()
        if self._abbreviation is None:
            return (model.Text(text=text),)
        texts: list[Inline] = []
        last = 0
        for match in self._abbreviation.finditer(text):
            if match.start() > last:
                texts.append(model.Text(text=text[last : match.start()]))
            texts.append(self._abbreviations[match[0]])
            last = match.end()
        if last < len(text):
            texts.append(model.Text(text=text[last:]))
        return texts


ELEMENTS = {"underline": "u", "ul": "u", "mark": "mark", "highlight": "mark"}
"""Classes that become elements; Pandoc's, and other common names for them."""

NAMES = {"smallcaps": "small-caps"}


def _named(attributes: Attributes) -> tuple[str, Attributes]:
    """The element that a span represents, and its attributes without the class for that."""
    classes = tuple(NAMES.get(name, name) for name in attributes.classes)
    name = next((name for name in classes if name in ELEMENTS), "")
    if not name and classes == attributes.classes:
        return "span", attributes
    rest = tuple(other for other in classes if other != name)
    return ELEMENTS.get(name, "span"), make(attributes.id, rest, attributes.pairs)


PAGE = "page"
"""The class that asks for the page as well: ``@fig-x{.page}``."""


def _cross_reference(element: Element, attributes: Attributes) -> model.CrossReference:
    """``@fig-x`` with the attributes after it."""
    assert isinstance(element, InlineSpan)
    form: Any = element.get("form", "full")
    if form == "full" and PAGE in attributes.classes:
        form = "page"
    return model.CrossReference(
        target=element.get("target", ""),
        form=form,
        span=element.span,
        attributes=attributes.without(classes={PAGE}),
    )


def _cross_references(element: Element, attributes: Attributes) -> Iterator[Inline]:
    """``[@fig-x; @fig-y]``, all of them with the attributes after it, but for an id."""
    for index, child in enumerate(element):
        if index:
            yield model.Text(text="; ")
            attributes = make("", attributes.classes, attributes.pairs)
        yield _cross_reference(child, attributes)
