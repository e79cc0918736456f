"""The ends of lines, paragraphs and pages in books."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.package.pdf import even_pages
from pipeline.package.pdf.even_pages import (
    DraftChapter,
    DraftPage,
    DraftPiece,
    ParagraphWidths,
    break_lines,
    by_side,
    chapters_of,
    mend_ends,
)
from pipeline.package.units import LineEnd
from tests.bench import ends, texts
from tests.helpers import making

TALE = texts.tale(2).replace("lang: de", "lang: de\nclass: book")


def story() -> str:
    """Two chapters, of some ten pages, the second with notes."""
    paragraphs, notes = TALE.split("\n\n"), []
    second = next(place for place, text in enumerate(paragraphs) if text.startswith("# 2."))
    for number, place in enumerate(range(second + 3, len(paragraphs), 14), start=1):
        paragraphs[place] += f"[^{number}]"
        notes.append(f"[^{number}]: Note {number}{' says what it is' * (7 * number % 11)}.")
    return "\n\n".join((*paragraphs, *notes))


def faults_of(text: str, folder: Path) -> list[ends.Fault]:
    file = folder / "story.pdf"
    file.write_bytes(making.data(text, "handout"))
    return ends.faults(file)


def test_pages_of_a_book_end_evenly(tmp_path: Path) -> None:
    """Unless the front matter has them end as they come. A note stands on the page of its line,
    and ends where the facing page does."""
    as_they_come = story().replace("class: book", "class: book\neven_pages: false")
    faults = faults_of(as_they_come, tmp_path)
    assert {"fragment", "uneven"} <= {fault.kind for fault in faults}
    assert faults_of(story(), tmp_path) == []


def test_pages_of_code_are_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chapter that is hardly anything but paragraphs is drafted, whatever follows it."""
    draft = even_pages.draft_pages
    chapters: list[DraftChapter] = []

    def drafted(*rest: Any) -> list[DraftPage]:
        pages = draft(*rest)
        chapters.extend(chapter for chapter in chapters_of(pages) if chapter.paragraphs)
        return pages

    monkeypatch.setattr(even_pages, "draft_pages", drafted)
    head, text, _ = TALE.split("\n# ")
    code = "\n\n".join(["Words.", *(["~~~\n" + 12 * "code\n" + "~~~"] * 4)])
    making.data(f"{head}\n# One\n\n{code}\n\n# Two\n\n{code}\n", "handout")
    assert not chapters
    making.data(f"{head}\n# {text}\n\n# Two\n\n{code}\n", "handout")
    assert [chapter.is_text for chapter in chapters] == [True, False]


def widths(text: str, width: int, hyphens: list[int]) -> ParagraphWidths:
    """A text whose characters are all as wide as one, and where its words may be divided."""
    places = [match.start() for match in re.finditer(r"(?<= )\S", text)]
    return ParagraphWidths(
        places=range(len(text) + 1),
        spaces=[text[:end].count(" ") for end in range(len(text) + 1)],
        ends=[LineEnd(at - 1, at) for at in places] + [LineEnd(len(text), len(text))],
        hyphens=lambda first, end: [LineEnd(at, at, 1, True) for at in hyphens if first < at < end],
        width=width,
        indent=0,
        space=1,
        shortest=2,
    )


def test_lines_are_chosen_together() -> None:
    """Filled in turn, the first line would have three words, and the second only one."""
    text = "aa bb cc dddddd eeeeeeeeee"
    (breaks,) = break_lines(widths(text, 10, []), 20).values()
    assert [text[end.resume :].split()[0] for end in breaks.ends] == ["cc", "eeeeeeeeee"]


def test_a_paragraph_does_not_end_in_a_part_of_a_word() -> None:
    """Where it could, the last line begins with its last words."""
    (breaks,) = break_lines(widths("aaaa bbbb cccc dd eeeeee", 12, [21]), 20).values()
    assert [end.resume for end in breaks.ends] == [10, 18]


@pytest.mark.parametrize(("over", "taller"), [(1, (1,)), (2, (0, 0))])
def test_contents_are_closed_up_by_a_line(over: int, taller: tuple[int, ...]) -> None:
    """If that is all that is on their last page."""
    first = tuple(DraftPiece(top=10 * number, height=10) for number in range(40))
    pages = [
        DraftPage(first, height=405, is_right=True),
        DraftPage(first[:over], height=405, is_right=False),
    ]
    (contents,) = mend_ends(chapters_of(pages))
    assert contents.taller == taller
    assert by_side(chapters_of(pages), (contents,)) == {}
    sided = contents._replace(is_sided=True)
    choices = by_side(chapters_of(pages), (sided,))
    assert choices["right"] == (sided,)
    assert choices["left"][0].taller == taller
