"""Brackets: links, images (CommonMark 0.31.2, 6.3 and 6.4), spans, citations, notes."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.characters import unescape
from pipeline.parser.inlines import links, math, references
from pipeline.parser.inlines.emphasis import emphasise
from pipeline.parser.inlines.leaf import Bracket, Leaf
from pipeline.parser.inlines.patterns import InlineSpan

_NOT_BLANK = late(r"\S")
_MEANT = late(
    r" ?\((?P<address>(?:https?://|www\.|mailto:|#)|[^\s()\"']{1,200}\.[A-Za-z]{2,5}(?=[)\"'\s]))?"
    r"[^()\n]{0,200}\)?"
)
"""Text after the brackets of a link or an image that is not a valid target."""


_SIZE = late(r"(?<![ \t])[ \t]++=(\d+)(%?)(?:x\d*%?)?\)?$")
"""The size of an image as several programs write it: `file.png =100x20`."""


class Brackets:
    """The open brackets of a leaf, outermost first; those before ``inactive`` begin no link, but
    may begin a span that holds one."""

    def __init__(self, leaf: Leaf, targets: Mapping[str, tuple[str, str]]) -> None:
        self.leaf = leaf
        self.targets = targets
        self.stack: list[Bracket] = []
        self.inactive = 0

    def open(self, text: str) -> None:
        """Open the bracket ``text`` at this position."""
        leaf = self.leaf
        piece, end = leaf.chain.add_text(text), leaf.pos + len(text)
        if self.stack:
            self.stack[-1].nested = True
        bracket = Bracket(
            piece, leaf.pos, end, leaf.chain.last_delimiter, text == "![", text == "^["
        )
        self.stack.append(bracket)
        leaf.pos = end
        if bracket.note:  # a note in a link may hold links
            bracket.inactive = self.inactive
            self.inactive = len(self.stack)

    def close(self) -> None:
        """Read the ``]`` at this position, with what belongs to it."""
        start = self.leaf.pos
        self.leaf.pos += 1
        if not self.stack:
            self.leaf.chain.add_text("]")
            return
        bracket = self.stack.pop()
        self.inactive = min(self.inactive, len(self.stack))
        if bracket.note:
            self._close_note(bracket, start)
            return
        target = self._link_target(bracket, start) if bracket.active else None
        if target is None:
            listed = self.leaf.attributes()
            if listed is None or bracket.image:
                if bracket.active:
                    if not bracket.image and self._cite(bracket, start):
                        return
                    self.leaf.check_attributes()
                    self._check_target(bracket)
                self.leaf.chain.add_text("]")
                return
            element = InlineSpan("span")
            element.attributes, self.leaf.pos = listed
            self.leaf.marked.append((bracket.start, self.leaf.pos, listed[0]))
        else:
            address, title, self.leaf.pos = target
            tag, key = ("img", "src") if bracket.image else ("a", "href")
            element = InlineSpan(tag, **{key: address})
            if not self.leaf.data.startswith(")", self.leaf.pos - 1):
                element.set("defined", "yes")  # elsewhere, where the address starts from
            if title:
                element.set("title", title)
            self.leaf.take_attributes(element, bracket.start)
        self._wrap(bracket, element)
        if element.tag == "a":  # no links in links
            for other in self.stack[self.inactive :]:
                other.active = other.image
            self.inactive = len(self.stack)

    def _wrap(self, bracket: Bracket, element: InlineSpan) -> None:
        """Move the content of ``bracket`` into ``element``."""
        element.span = self.leaf.places.at(bracket.start)
        emphasise(self.leaf.chain, bracket.delimiter)
        self.leaf.chain.wrap_rest(bracket.piece, element)

    def _cite(self, bracket: Bracket, close: int) -> bool:
        """Convert the content of brackets into a citation, if it is one."""
        element = references.bracketed(self.leaf.data[bracket.content : close])
        if element is None:
            return False
        self._wrap(bracket, element)
        element.clear()  # its text is parsed as a whole
        return True

    def _close_note(self, bracket: Bracket, close: int) -> None:
        """End the note ``^[…]``; an empty one is text."""
        self.inactive = bracket.inactive
        content = _NOT_BLANK.search(self.leaf.data, bracket.content)
        if not content or content.start() == close:
            self.leaf.chain.add_text("]")
            return
        element = InlineSpan("note")
        self.leaf.take_attributes(element, bracket.start)
        self._wrap(bracket, element)

    def _check_target(self, bracket: Bracket) -> None:
        """Report text after ``]`` that seems an address; a number may be that of a work."""
        leaf = self.leaf
        if leaf.data[bracket.content : leaf.pos - 1].isdecimal():
            return
        match = _MEANT.match(leaf.data, leaf.pos)
        if match and (bracket.image or match["address"]):
            written = leaf.data[bracket.start : match.end()]
            message, hint = _not_a_link(written)
            leaf.report(Code.LIKELY_SLIP, message, bracket.start, hint)

    def _link_target(self, bracket: Bracket, close: int) -> tuple[str, str, int] | None:
        """The address and title after ``]``, and their end."""
        data, pos = self.leaf.data, self.leaf.pos
        if self.leaf.at("("):
            inline = links.read_inline(data, pos)
            if inline:
                title = math.caption(inline[1]) if bracket.image else unescape(inline[1])
                return links.encode(inline[0]), title, inline[2]
        label = links.read_label(data, pos) if self.leaf.at("[") else None
        end = label[1] if label else pos
        name = label[0] if label and label[0] else ""
        if not name:
            if bracket.nested or close - bracket.content > 999:
                return None
            name = data[bracket.content : close]
        target = self.targets.get(links.normalise(name)) if name.strip() else None
        if target:
            return *target, end
        if label and label[0].strip() and not label[0].startswith("^"):
            message, hint = (
                f"`[{label[0]}]` is not defined.",
                f"Add a line `[{label[0]}]: address`.",
            )
            if label[0].isdecimal():
                hint = f"Delete it if it is the number of a note in another text. {hint}"
            self.leaf.report(Code.UNDEFINED_REFERENCE, message, pos, hint)
        return None


def _not_a_link(written: str) -> tuple[str, str]:
    """The finding about a link or an image that cannot be read as one."""
    kind = "image" if written.startswith("!") else "link"
    target = written[written.rindex("](") + 2 :] if "](" in written else ""
    if size := _SIZE.search(target):
        begin = written[: written.rindex("](") + 2] + target[: size.start()]
        hint = f"Write its width in braces: `{begin}){{width={size[1]}{size[2] or 'px'}}}`."
    elif not target:
        hint = "Leave out the space before the parenthesis."
    elif target.count('"') % 2:
        hint = "Close the quotation mark before the parenthesis."
    elif not target.endswith(")"):
        hint = "End it with a parenthesis."
    else:
        hint = "Write the address without spaces, `%20` for each, and what else it says in quotes."
    return f"`{written}` is not a valid {kind}, and stays as text.", hint
