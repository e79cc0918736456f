"""Helpers for the templates of exercises: solutions, and the space needed."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable

from pipeline import model
from pipeline.model import Block
from pipeline.model.metadata import Metadata
from pipeline.model.sheet import learn_letters
from pipeline.model.tree import plain_text, walk
from pipeline.model.words.writing_conventions import alphabet, small_letters

BLANK_WIDTHS = (8, 16, 28, 44)
"""The characters that the web page's field for a blank of the sizes 1 to 4 shows."""

SQUARE = 5
"""Millimetres that a square is wide at least."""

MOST_SQUARES = 84
"""Squares in a row of the widest paper, A3 landscape; the rest is cut off."""

TEXT_ROW = 8
"""Millimetres represented by a line of the web page's fields."""

MOST_OPTIONS = 26
"""Options of a menu, which is repeated in as many fields; above this limit, a letter or number is
typed, so that the size of the page stays linear."""

LONGEST_OPTION = 120
"""Characters of an option: beyond them it ends with an ellipsis."""


def helpers(metadata: Metadata, rules: dict[str, str]) -> dict[str, object]:
    """The helpers for the templates of one document; they put the styles of classes
    for sizes into ``rules``."""
    lang = metadata.lang
    letters = f"letters-{alphabet(lang)}" if alphabet(lang) else ""
    functions = (
        is_solved, is_line, is_tight, fits_label, has_words, option_text, squares, text_rows,
    )  # fmt: skip
    return {function.__name__: function for function in functions} | {
        "blank_widths": BLANK_WIDTHS,
        "most_squares": MOST_SQUARES,
        "most_options": MOST_OPTIONS,
        "letters_class": letters,
        "choices_class": "unlettered" if learn_letters(metadata) else letters,
        "small_letter": functools.partial(small_letters, lang=lang),
        "height_class": functools.partial(height_class, rules=rules),
    }


def is_solved(node: model.Choices) -> bool:
    """Return whether choices say which are right, as teachers get them."""
    return any(choice.correct is not None for choice in node.items)


def is_line(item: model.Choice | model.ListItem) -> bool:
    """Return whether an item is a line of text."""
    return len(item.children) == 1 and isinstance(item.children[0], model.Plain | model.Paragraph)


def is_tight(item: model.Choice | model.ListItem) -> bool:
    """Return whether an item needs no space between its blocks."""
    return sum(isinstance(child, model.Paragraph) for child in item.children) < 2


def fits_label(item: model.Choice) -> bool:
    """Return whether an item can be the label of a field: a line without a field or link in it."""
    return is_line(item) and not any(
        isinstance(n, model.Blank | model.Link | model.NoteReference) for n in walk(item)
    )


def item_text(item: model.ListItem) -> str:
    """The text of an item on one line."""
    return " ".join(" ".join(_texts(item.children)).split())


def option_text(item: model.ListItem) -> str:
    """The text of an item as a line of a menu."""
    text = item_text(item)
    return text if len(text) <= LONGEST_OPTION else f"{text[: LONGEST_OPTION - 1]}…"


def _texts(blocks: Iterable[Block]) -> Iterable[str]:
    for node in walk(blocks):
        if isinstance(node, model.Plain | model.Paragraph):
            yield plain_text(node.children)


def has_words(matching: model.Matching) -> bool:
    """Return whether the left side is short compared with the right side."""
    left, right = (
        max((len(item_text(item)) for item in side), default=0)
        for side in (matching.left, matching.right)
    )
    return 1.5 * left < right


def squares(space: model.WritingSpace) -> int:
    """The rows of squares of a space: whole ones."""
    return math.ceil(space.height / SQUARE)


def height_class(space: model.WritingSpace, rules: dict[str, str]) -> str:
    """A class that sets the height of a space to write in."""
    rows = squares(space)
    name = f"squares-{rows}" if space.squared else f"height-{space.height:g}".replace(".", "-")
    height = f"calc({rows} * var(--square))" if space.squared else f"{space.height:g}mm"
    rules[name] = f".{name}, .{name} .square-column {{ height: {height} }}"
    return name


def text_rows(space: model.WritingSpace) -> int:
    """The lines of the web page's field for a space."""
    return max(2, round(space.height / TEXT_ROW))
