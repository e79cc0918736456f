"""The layouts of texts, and the spaces between two lines: software that reads a page to somebody
needs them, and WeasyPrint leaves them out (Kozea/WeasyPrint#720)."""

from __future__ import annotations

from typing import Any

import weasyprint
import weasyprint.layout.inline
from weasyprint.text.ffi import TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout

from pipeline.model.late import late
from pipeline.package.pdf.engine.adapter.boxes import is_inline, is_line, is_text, text_of_box

SPACED = "spaced"
"""The attribute of a line that has the places where lines begin after a space."""

SPACES = late(
    rb" |\xc2\xa0|\xe3[\x80-\x83\x90-\xbf][\x80-\xbf]|[\xe4-\xe9][\x80-\xbf]{2}"
    rb"|\xef[\xbc-\xbe][\x80-\xbf]"
)
"""The places that are wider in a justified line: spaces, and those after Chinese and Japanese
characters."""


original_split_first_line = weasyprint.layout.inline.split_first_line
original_skip_first_whitespace = weasyprint.layout.inline.skip_first_whitespace
original_remove_last_whitespace = weasyprint.layout.inline.remove_last_whitespace
original_trailing_whitespace_size = weasyprint.layout.inline.trailing_whitespace_size


class UnsharedFeatures(dict[bytes, Any]):
    """Font features by their CSS names, none of which is shared: freeing a list frees them too."""

    def setdefault(self, _: bytes, features: Any) -> Any:  # type: ignore[override]
        return features


class TextLayout(Layout):  # type: ignore[misc]
    """A text in a style. Its font features are freed with it: WeasyPrint makes new ones for each,
    50 kB for every two pages.

    It is justified as it was laid out, with wider spaces. WeasyPrint lays it out in pieces between
    the spaces, without the kerning beside them, so that the line does not end where it should.
    """

    layout: Any
    lacks_space = False
    """True if the space that it ends with was left out at the end of its line."""

    def setup(self, style: Any) -> None:
        super().setup(style)
        features = pango.pango_layout_get_attributes(self.layout)
        if features != ffi.NULL:  # Pango keeps a reference of its own
            pango.pango_attr_list_unref(features)

    def reactivate(self, style: Any) -> None:
        """Have the text as it is drawn."""
        is_plain = style["letter_spacing"] == "normal" and not style["word_spacing"]
        if not self.justification_spacing or not is_plain:
            super().reactivate(style)
            return
        self.setup(style)
        self.set_text(self.text)
        pango.pango_layout_set_single_paragraph_mode(self.layout, True)
        widen_spaces(self, int(self.justification_spacing * TO_UNITS))


def widen_spaces(text: Any, units: int) -> None:
    """Widen the spaces of a text that is laid out, in Pango's units."""
    encoded = text.text.encode()
    spaces = [space.start() for space in SPACES.finditer(encoded)]
    run = text.get_first_line()[0].runs[0]
    while run != ffi.NULL:
        offset, glyphs = run.data.item.offset, run.data.glyphs
        clusters = ffi.unpack(glyphs.log_clusters, glyphs.num_glyphs)
        firsts = {offset + at: n for n, at in reversed([*enumerate(clusters)])}
        for space in spaces:
            if (glyph := firsts.get(space)) is not None:  # it is no part of another letter
                glyphs.glyphs[glyph].geometry.width += units
        run = run.next


def count_expandable_spaces(box: Any) -> int:
    """The number of places at which a line is wider if it is justified."""
    if is_text(box):
        return len(SPACES.findall(box.text.encode()))
    return sum(map(count_expandable_spaces, box.children if is_line(box) or is_inline(box) else ()))


def split_first_line(text: str, *given: Any, **options: Any) -> Any:
    """The first line of a text. Take note of a space that it would end with."""
    line = original_split_first_line(text, *given, **options)
    line[0].lacks_space = line[2] is None and text.endswith(line[0].text + " ")
    return line


def remove_last_whitespace(context: Any, line: Any) -> None:
    """Leave out the space that a line ends with, and take note of that: a listener hears it."""
    last = line
    while getattr(last, "children", ()):
        last = last.children[-1]
    before = text_of_box(last)
    original_remove_last_whitespace(context, line)
    if before != text_of_box(last):
        last.pango_layout.lacks_space = True


def trailing_whitespace_size(context: Any, box: Any) -> float:
    """The width of the spaces that a line ends with. Those that are kept hang (CSS Text 3, 4.1.3),
    or a line of coloured code that they do not fit in would be broken far before them."""
    last = box
    while getattr(last, "children", ()):
        last = last.children[-1]
    text = text_of_box(last)
    if not text.endswith(" ") or last.style["white_space"] != "pre-wrap":
        return float(original_trailing_whitespace_size(context, box))
    _, _, _, width, _, _ = weasyprint.layout.inline.split_first_line(
        text.rstrip(" "), last.style, context, None, last.justification_spacing
    )
    return float(last.width - width)


def skip_first_whitespace(box: Any, place: Any) -> Any:
    """Leave out the spaces that a line would begin with; take note of those before its place."""
    start = original_skip_first_whitespace(box, place)
    if is_line(box):
        spaced = vars(box).setdefault(SPACED, set())  # all its lines have the same
        after = (position for position in (place, start) if place and isinstance(position, dict))
        if any(_is_after_space(box, position) for position in after):
            spaced.add(repr(place))
    return start


def _is_after_space(box: Any, place: Any) -> bool:
    while place:
        ((index, place),) = place.items()
        if is_text(box):
            return bool(box.text.encode()[:index].endswith((b" ", b"\n")))
        box = box.children[index]
    return False


def ends_with_space(line: Any, last: Any) -> bool:
    """Return whether there was a space after a line, in which a box is the ``last``."""
    if repr(line.resume_at) in vars(line).get(SPACED, ()):
        return True
    return is_text(last) and last.pango_layout.lacks_space
