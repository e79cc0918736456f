"""Assembles pieces of raw HTML and finished nodes.

Markup may begin in one piece of raw HTML and end in another, with Markdown between them; so the
builder receives both in turn, and joins them at the end. Open elements end there: markup never
extends beyond the block of Markdown that it is in.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pipeline.features.raw_html import block_elements as blocks
from pipeline.features.raw_html import html_tables as tables
from pipeline.features.raw_html import inline_elements as inlines
from pipeline.features.raw_html.inline_elements import void_element
from pipeline.model import Block, Inline, Node, Paragraph, Text, Variable
from pipeline.model.codes import Code as Finding
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite
from pipeline.model.variables import WRITTEN
from pipeline.parser import comments, partial_strings
from pipeline.parser import style_attributes as styles
from pipeline.parser.characters import shorten
from pipeline.parser.constructs.parts import Around
from pipeline.parser.cuts import COMMENT
from pipeline.parser.lines import Line, LinePlaces, numbered
from pipeline.parser.markup import safe_tags as tags
from pipeline.parser.markup.flow import FORMATS, as_blocks, as_inlines, fold
from pipeline.parser.markup.html_tokens import Kind, MarkupToken, tokenise
from pipeline.parser.markup.safe_tags import Frame
from pipeline.parser.ranges import LINE_END
from pipeline.parser.style_attributes import InlineStyle

_SCOPES = frozenset({"td", "th", "caption", "table"})
_LIST_TAGS = frozenset({"ul", "ol", "menu", "dl"})
_IMAGES = frozenset({"img", "figure"})
_DRAWING, _LABEL = "svg", "text"
_MEDIA = frozenset({"iframe", "video", "audio", "embed"})
_QUIET = frozenset({"source", "track"})
_CODE = frozenset({"pre", "code", "tt", "kbd", "samp"})
_SPANS = frozenset({"colspan", "rowspan", "scope", "align"})
_AROUND = tags.CONTAINER_TAGS | tags.PLAIN_BLOCK_TAGS | {""}
"""The elements in which a page can begin."""

_VARIABLE = late(WRITTEN)
_ADDRESSES = {"a": "href", "img": "src"}


class MarkupBuilder:
    """At most ``room`` elements are nested; the content of further ones is the last's."""

    def __init__(self, around: Around, room: int) -> None:
        self._report, self._rebased, self._paired, self._record = around
        self._room = room
        self._stack = [Frame("", {}, None)]
        self._ignored: Counter[str] = Counter()
        self._dropping: list[str] = []
        self._dropped_at: Span | None = None
        self._kept: list[Node] = []
        self._labels: list[Node] = []
        self._in_label = False
        self._media: MarkupToken | None = None
        self._places = LinePlaces(())
        self._line = 0
        self._begins: Span | None = None
        self._ends: Span | None = None
        self._in_text = False

    @property
    def depth(self) -> int:
        """The number of open elements."""
        return len(self._stack) - 1

    # --- what is put in ---

    def feed(self, lines: Sequence[Line], secret: str = "div") -> None:
        """A piece of raw HTML, by line. A tag named like an answer, which HTML does not have, is
        the element ``secret``, for teachers."""
        self._places = LinePlaces(lines)
        markup = "\n".join(lines)
        if _CODE.isdisjoint(frame.tag for frame in self._stack):
            markup = comments.without(markup)
        for token in tokenise(markup):
            if meaning := tags.withheld_by(token.name):
                classes = f"{token.values.get('class', '')} {meaning}"
                token = token._replace(name=secret, values={**token.values, "class": classes})
            self._begins = place = self._place(token)
            self._ends = self._places.at(token.offset + len(token.raw))
            self._line = place.line if place else 0
            match token.kind:
                case Kind.TEXT:
                    self._text(token)
                case Kind.START:
                    self._start(token)
                case Kind.END:
                    self._end(token)

    def feed_tag(self, markup: str, place: Span | None) -> None:
        """A single tag at ``place`` within text."""
        first, column = (place.line, place.column) if place else (0, 0)
        self._in_text = True
        self.feed(numbered(markup, first, column), secret="span")

    def add(self, nodes: Iterable[Block | Inline]) -> None:
        """Finished nodes, after everything added so far."""
        items = self._stack[-1].items
        if self._dropping:
            items = self._labels if self._in_label else self._kept
        items.extend(nodes)
        if items and (span := items[-1].span):
            self._line = max(span.line, span.end)

    # --- what comes out ---

    def blocks(self) -> tuple[Block, ...]:
        self._finish(report=True)
        return as_blocks(self._stack[0].items)

    def inlines(self) -> tuple[Inline, ...]:
        self._finish(report=False)
        return as_inlines(self._stack[0].items)

    # --- tokens ---

    def _text(self, token: MarkupToken) -> None:
        if self._in_label:
            self._labels.append(Text(text=fold(token.text)))
        if self._dropping or not token.text:
            return
        opened = {frame.tag for frame in self._stack}
        items = self._stack[-1].items
        if self._begins and self._ends and not opened.isdisjoint(_CODE):
            begin, end = self._begins, self._ends
            self._record.verbatim.append(((begin.line, begin.column), (end.line, end.column)))
        text = token.text if "pre" in opened else fold(token.text)
        read = partial_strings.read(text) if opened.isdisjoint(_CODE) else ()
        if "{{" not in token.raw or not opened.isdisjoint(_CODE):
            items += read or (Text(text=text),)
            return

        def parted(node: Text) -> tuple[Node, ...]:
            parts = enumerate(_VARIABLE.split(node.text))
            return tuple(
                Variable(name=part, span=self._place(token))
                if number % 2
                else Text(text=part if read else fold(html.unescape(part)))
                for number, part in parts
                if part
            )

        items += rewrite(read or (Text(text=token.raw),), leave={Text: parted})

    def _start(self, token: MarkupToken) -> None:
        tag = token.name
        if self._dropping:
            if tag == self._dropping[-1] and not token.closed:
                self._dropping.append(tag)
            self._begin_label(tag)
            if tag == "source" and self._media and not self._media.values.get("src"):
                self._media = self._media._replace(values={**token.values, **self._media.values})
        elif tag in tags.DROPPED_TAGS or tag in tags.DROPPED_VOID_TAGS:
            self._drop(token)
        elif tag not in tags.KNOWN_TAGS or any(map(tags.is_word, token.bare)):
            self._unknown(token)
        elif tag not in tags.PLAIN_INLINE_TAGS:
            self._open(token)

    def _open(self, token: MarkupToken) -> None:
        tag = token.name
        self._imply_ends(tag)
        place, values = self._place(token), token.values
        style = styles.read(values.get("style", ""), is_image=tag in _IMAGES)
        may_break = not self._in_text and all(outer.tag in _AROUND for outer in self._stack)
        self._check_attributes(token, style, may_break=may_break)
        values = tags.styled(values, style)
        if address := values.get(_ADDRESSES.get(tag, "")):
            values = {**values, _ADDRESSES[tag]: self._rebased(address, place)}
        frame = Frame(
            tag,
            values,
            place,
            style=style if may_break else InlineStyle(),
            opening=token.raw,
            opened=self._ends,
        )
        if tag in tags.VOID_TAGS:
            self._record.mark(frame.attributes, place, self._ends)
            self._stack[-1].items.extend(blocks.with_breaks(frame, void_element(frame)))
        elif self.depth >= self._room:
            self._ignored[tag] += 1
        else:
            self._stack.append(frame)
            if token.closed and tag not in tags.BLOCK_TAGS:
                self._close_frame(self._ends)  # browsers would leave it open, which nobody intends

    def _end(self, token: MarkupToken) -> None:
        tag = token.name
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
                if not self._dropping:
                    self._kept.clear()
                    self._keep_labels()
                    self._link_media()
            elif tag == _LABEL:
                self._in_label = False
        elif tag not in tags.KNOWN_TAGS:
            if tag not in self._paired:
                self._stack[-1].items.append(Text(text=token.raw))
        elif self._ignored[tag]:
            self._ignored[tag] -= 1
        else:
            depth = self._depth_of(tag)
            while depth and len(self._stack) > depth:
                is_last = len(self._stack) == depth + 1
                self._close_frame(self._ends if is_last else self._begins)

    def _depth_of(self, tag: str) -> int:
        """The depth of the element closed by an end tag; 0 if there is none in scope."""
        for depth in range(len(self._stack) - 1, 0, -1):
            name = self._stack[depth].tag
            if name == tag:
                return depth
            if name in _SCOPES and tag not in tags.TABLE_PARTS and tag != "table":
                return 0
            if name == "table" or (name in _LIST_TAGS and tag in ("li", "dt", "dd")):
                return 0
        return 0

    # --- what is left out ---

    def _drop(self, token: MarkupToken) -> None:
        tag = token.name
        if tag == _DRAWING:
            message = "`<svg>` is left out, except for its words."
            hint = "Write the drawing to a file, and show it as an image: `![…](drawing.svg)`."
            self._report(Finding.UNSAFE_MARKUP, message, self._place(token), hint)
        elif tag in _MEDIA and not self._media:
            self._media = token
        elif tag not in _QUIET:
            self._warn(f"`<{tag}>` is left out.", token)
        if tag in tags.DROPPED_TAGS and not token.closed:
            self._dropping.append(tag)
            self._dropped_at = self._place(token)
        elif tag in _MEDIA:
            self._link_media()

    def _link_media(self) -> None:
        """Put a link in the place of a film, a sound or a page within the page."""
        token, self._media = self._media, None
        if token is None:
            return
        place = self._dropped_at if token.name in tags.DROPPED_TAGS else self._place(token)
        address = token.values.get("src") or token.values.get("data-src", "")
        link = inlines.media_link(token.values, self._rebased(address.strip(), place), place)
        if link is None:
            self._report(Finding.UNSAFE_MARKUP, f"`<{token.name}>` is left out.", place, "")
            return
        self._report(Finding.UNSAFE_MARKUP, f"`<{token.name}>` is shown as a link.", place, "")
        is_alone = not self._in_text and all(frame.tag in _AROUND for frame in self._stack)
        node = Paragraph(children=(link,), span=place) if is_alone else link
        self._stack[-1].items.append(node)

    def _begin_label(self, tag: str) -> None:
        """Keep the words of a drawing."""
        if tag == _LABEL and self._dropping[-1] == _DRAWING:
            self._in_label = True
            if self._labels:
                self._labels.append(Text(text=" "))

    def _keep_labels(self) -> None:
        self._in_label = False
        self._stack[-1].items.extend(self._labels)
        self._labels.clear()

    def _unknown(self, token: MarkupToken) -> None:
        """A tag of another program is removed and its content kept. Something that only looks like
        a tag, such as ``<name>``, and is never closed, was meant as text."""
        words = any(map(tags.is_word, token.bare))
        if not words and (token.closed or token.values or token.name in self._paired):
            written = f"<{token.raw[1 : len(token.name) + 1]}>"
            message = f"`{written}` is not a known HTML element: it is removed, its content kept."
        else:
            written = shorten(token.raw, 40)
            message = f"`{written}` is not HTML, and is shown as text."
            self._stack[-1].items.append(Text(text=token.raw))
        hint = f"If you mean it as text, write `\\{written}`, or make it code."
        self._report(Finding.UNKNOWN_MARKUP, message, self._place(token), hint)

    def _check_attributes(self, token: MarkupToken, style: InlineStyle, *, may_break: bool) -> None:
        breaks = style.breaks_before or style.breaks_after
        is_read = style != InlineStyle() and not style.others and (may_break or not breaks)
        for name in token.values:
            if name.startswith("on") or (name == "style" and not is_read):
                self._warn(f"The attribute `{name}` of `<{token.name}>` is left out.", token)

    # --- frames ---

    def _imply_ends(self, tag: str) -> None:
        """Close elements whose end tags are optional in HTML."""
        ended, barrier = tags.IMPLIED_ENDS.get(tag, (frozenset(), frozenset()))
        if ended:
            self._end_back_to(ended, barrier)
        if tag in tags.ENDS_PARAGRAPH:
            self._end_back_to(frozenset({"p"}), tags.BLOCK_TAGS - {"p"})

    def _end_back_to(self, ended: frozenset[str], barrier: frozenset[str]) -> None:
        for depth in range(len(self._stack) - 1, 0, -1):
            name = self._stack[depth].tag
            if name in ended:
                while len(self._stack) > depth:
                    self._close_frame(self._begins)
            elif name in barrier:
                return

    def _close_frame(self, end: Span | None) -> None:
        frame = self._stack.pop()
        self._record_frame(frame, end)
        if frame.span and self._line > frame.span.line:
            frame.span = Span(frame.span.line, frame.span.column, self._line)
        self._stack[-1].items.extend(blocks.with_breaks(frame, BUILDERS[frame.tag](frame)))

    def _finish(self, report: bool) -> None:
        """Close all open elements. Elements that should have been closed are reported."""
        if self._dropping:
            self._unclosed(self._dropping[0], self._dropped_at)
            self._dropping.clear()
            self._stack[-1].items.extend(self._kept)
            self._keep_labels()
            self._link_media()
        while len(self._stack) > 1:
            frame = self._stack[-1]
            if report and (frame.tag in tags.CONTAINER_TAGS or frame.tag == "pre"):
                self._unclosed(frame.tag, frame.span)
            self._close_frame(Span(self._line, LINE_END))

    def _record_frame(self, frame: Frame, end: Span | None) -> None:
        """Record an element that goes up to ``end``; of a cell its content, and what else its tag
        says."""
        begin, instead = frame.span, ""
        if frame.tag in tags.BLOCK_TAGS and begin and end:
            content = self._begins if end == self._ends else end
            assert content is not None
            start = (begin.line, begin.column)
            self._record.frames.append((start, (content.line, content.column)))
        if frame.tag in ("td", "th") and begin and frame.opened and frame.opened.line == begin.line:
            kept = (
                f' {key}="{html.escape(frame.values[key])}"' for key in _SPANS & {*frame.values}
            )
            instead = f"<{frame.tag}{''.join(sorted(kept))}>"
            end = self._begins if end == self._ends else end
        elif frame.tag in tags.TABLE_PARTS:
            instead = COMMENT
        self._record.mark(frame.attributes, begin, end, instead)

    def _unclosed(self, tag: str, span: Span | None) -> None:
        hint = f"End it with `</{tag}>`."
        self._report(Finding.UNCLOSED_MARKUP, f"`<{tag}>` is never closed.", span, hint)

    def _place(self, token: MarkupToken) -> Span | None:
        return self._places.at(token.offset)

    def _warn(self, message: str, token: MarkupToken) -> None:
        self._report(Finding.UNSAFE_MARKUP, message, self._place(token), "")


Builder = Callable[[Frame], Iterable[Node]]

BUILDERS: dict[str, Builder] = {
    **dict.fromkeys(tags.INLINE_TAGS, inlines.inline_element),
    **dict.fromkeys(tags.CONTAINER_TAGS, blocks.container),
    **dict.fromkeys(tags.PLAIN_BLOCK_TAGS, blocks.plain),
    "center": blocks.centred,
    **dict.fromkeys(tags.HEADING_TAGS, blocks.heading),
    **dict.fromkeys(FORMATS, inlines.formatting),
    **dict.fromkeys(("code", "tt"), inlines.code),
    **dict.fromkeys(("abbr", "acronym"), inlines.abbreviation),
    **dict.fromkeys(("ul", "ol", "menu"), blocks.list_),
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), tables.part),
    **dict.fromkeys(("td", "th"), tables.cell),
    "a": inlines.link,
    "blockquote": blocks.quote,
    "dd": blocks.blocks_part,
    "details": blocks.details,
    "div": blocks.division,
    "dl": blocks.definition_list,
    "dt": blocks.inlines_part,
    "figcaption": blocks.inlines_part,
    "figure": blocks.figure,
    "li": blocks.item,
    "p": blocks.paragraph,
    "pre": blocks.preformatted,
    "summary": blocks.blocks_part,
    "table": tables.table,
    "tr": tables.row,
}
