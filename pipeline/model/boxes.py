"""The kinds of boxes, a row each: all that the program knows of one."""

from __future__ import annotations

from typing import NamedTuple


class BoxKind(NamedTuple):
    """A kind of box: its ``word`` in English (other languages have theirs in their files), other
    ``names`` that authors give it, its ARIA ``role``, its ``kind`` in EPUB's Structural Semantics,
    and in Word files the colours of its ``line`` and its ``ground``. One that is an ``alert`` is
    GitHub's, too."""

    word: str
    names: tuple[str, ...] = ()
    role: str = "note"
    kind: str = ""
    line: str = "0B5394"
    ground: str = "EEF4FA"
    alert: bool = False


BOXES = {
    "note": BoxKind("Note", alert=True),
    "info": BoxKind("Info"),
    "tip": BoxKind("Tip", ("hint",), "doc-tip", "tip", "3B7A57", "EFF6F1", alert=True),
    "important": BoxKind("Important", (), "doc-notice", "notice", "6B3FA0", "F4F0FA", alert=True),
    "warning": BoxKind(
        "Warning", ("attention",), "doc-notice", "notice", "B7791F", "FDF6E7", alert=True
    ),
    "caution": BoxKind(
        "Caution", ("danger", "error"), "doc-notice", "notice", "A32A2A", "FBEFEF", alert=True
    ),
    "question": BoxKind("Question"),
    "example": BoxKind("Example", (), "doc-example", "", "3B7A57", "EFF6F1"),
}

KINDS = {name: kind for kind, box in BOXES.items() for name in (kind, *box.names)}
"""The kinds by all their names."""
