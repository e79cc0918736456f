"""Edits of Word files, made by program, that `chapbook review` takes home: how many land at their
place in the source, while nothing else changes there.

    python -m tests.bench.reviews [--edits 1000] [--documents 50] [--seed 1] [--office]

prints each edit that does not land, and a row for each kind: those that land, those that are told
without a change, and those that go wrong. With ``--office``, LibreOffice makes the edits
(`tests.bench.office_edits`), which needs Debian's package python3-uno.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline import parse
from pipeline.commands.review.matching import apply
from pipeline.commands.review.reading import (
    ReviewedParagraph,
    read_edited,
    read_parts,
    read_source,
)
from pipeline.commands.review.reviewing import review
from pipeline.model.editions import EDITIONS
from tests.bench.word_edits import CAPTION, EDITION, EDITS, UNTOUCHED, SentFile, WordEdit
from tests.helpers.paths import BOOK, CASES, PUBLICATION, ROOT

LONGEST = 40_000
"""The characters of a document that is edited."""

BY_OFFICE = ("word", "tracked word", "sentence", "gone", "cell", "note", "new paragraph",
             "gone paragraph", "comment")  # fmt: skip
_MARKUP = re.compile(r"\{[^{}\n]*\}|\]\([^()\n]*\)|[^\w]")


class Verdict(NamedTuple):
    """The end of an edit: right, told, or what is wrong."""

    path: Path
    edit: WordEdit
    end: str


def sources(count: int) -> list[Path]:
    """The publication, the book, starters, documentation, and the longest of the cases."""
    starters = (ROOT / "pipeline" / "commands" / "new" / "starters").glob("*.md")
    cases = [path for path in CASES.rglob("*.md") if "errors" not in path.parts]
    cases.sort(key=lambda path: (-path.stat().st_size, path.name))
    paths = (PUBLICATION, BOOK, *sorted(starters), *sorted((ROOT / "docs").glob("*.md")), *cases)
    short = (path for path in paths if path.stat().st_size < LONGEST)
    good = (
        p
        for p in short
        if not any(f.is_error for f in parse(p.read_text("utf-8"), p.name, p.parent).diagnostics)
    )
    return [path for path, _ in zip(good, range(count), strict=False)]


def run(paths: Sequence[Path], count: int, seed: int, folder: Path) -> Iterator[Verdict]:
    """The verdicts on edits of some documents, after that on each untouched file."""
    rng, number = random.Random(seed), 0
    back = folder / "back.docx"
    for at, path in enumerate(paths):
        sent = SentFile(path, folder)
        yield Verdict(path, UNTOUCHED, _untouched(sent, sent.file))
        while number < count * (at + 1) // len(paths):
            data, edit = _random_edit(sent, rng, _token(number), EDITS)
            back.write_bytes(data)
            yield Verdict(path, edit, _verdict(sent, back, edit))
            number += 1


def _token(number: int) -> str:
    """A word that stands in no source."""
    return "quill" + str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def _random_edit(
    sent: SentFile, rng: random.Random, token: str, kinds: Iterable[str]
) -> tuple[bytes, WordEdit]:
    mixed = [*kinds]
    rng.shuffle(mixed)
    edits = (sent.edited(kind, rng, token) for kind in mixed)
    return next(edit for edit in edits if edit)


def run_office(paths: Sequence[Path], count: int, seed: int, folder: Path) -> Iterator[Verdict]:
    """The same by LibreOffice, which tracks every second edit. Those whose place it does not find
    are left out."""
    rng = random.Random(seed)
    edits: list[tuple[SentFile, WordEdit]] = []
    for at, path in enumerate(paths):
        sent = SentFile(path, folder)
        edits.append((sent, UNTOUCHED))
        while len(edits) - at - 1 < count * (at + 1) // len(paths):
            edits.append((sent, _random_edit(sent, rng, _token(len(edits)), BY_OFFICE)[1]))
    jobs = [
        {
            "file": str(sent.file),
            "out": str(folder / f"back-{number}.docx"),
            "mark": f"_s{edit.mark.number}_{edit.mark.digest}",
            "tracked": edit.kind == "tracked word" or number % 2 == 0,
            **{key: getattr(edit, key) for key in ("kind", "old", "new")},
        }
        for number, (sent, edit) in enumerate(edits)
    ]
    script = Path(__file__).with_name("office_edits.py")
    result = subprocess.run(
        ["/usr/bin/python3", script, folder],
        input=json.dumps(jobs), capture_output=True, text=True, check=True,
    )  # fmt: skip
    ends = zip(edits, jobs, result.stdout.splitlines(), strict=True)
    for (sent, edit), job, line in ends:
        if line == "done":
            back = Path(str(job["out"]))
            is_edited = edit is not UNTOUCHED
            end = _verdict(sent, back, edit) if is_edited else _untouched(sent, back)
            yield Verdict(sent.path, edit, end)


def _untouched(sent: SentFile, file: Path) -> str:
    result = review(file, sent.source, EDITION)
    return "right" if not result.edits and not result.findings else str(result)[:300]


def _verdict(sent: SentFile, back: Path, edit: WordEdit) -> str:
    result = review(back, sent.source, EDITION)
    if not result.edits:
        return "told" if result.findings else "nothing was changed"
    if any(change.file != edit.span.file for change in result.edits):
        return "another file was changed"
    old = sent.source.text(edit.span.file)
    new = apply(old, result.edits)
    problem = _problem(old, new, edit)
    if not problem and not edit.span.file and edit.kind != "comment":
        problem = _differing(sent, new, back, edit)
    return problem or "right"


def _problem(old: str, new: str, edit: WordEdit) -> str:
    """The reason why a change of a source is not what the edit asks for."""
    line = old.count("\n", 0, _common(old, new)) + 1
    is_wide = edit.kind in ("new row", "new column", "gone column", "cell")
    first = _table_start(old, edit.span.line) if is_wide else edit.span.line
    if edit.kind == "moved paragraph":  # or the one after it, to the place before it
        first -= CAPTION
    if edit.kind == "gone paragraph":  # with the empty line before it, at the end
        first -= 1
    if not first <= line <= (edit.span.end or edit.span.line) + CAPTION:
        return f"line {line} was changed"
    lines, others = old.split("\n"), new.split("\n")
    without = [line for line in others if edit.new not in line]
    match edit.kind:
        case "word" | "tracked word" | "note" | "address" | "alternative":
            is_right = new.replace(edit.new, edit.old) == old
        case "cell":  # spaces and lines of tables that are drawn may make up for that
            is_right = _undrawn(new.replace(edit.new, edit.old).split("\n")) == _undrawn(lines)
        case "sentence":
            is_right = new.replace(edit.new, "") == old
        case "gone":
            at, gone = _common(old, new), len(old) - len(new)
            is_right = _is_within(new, old) and _MARKUP.sub("", old[at : at + gone]) in edit.old * 2
        case "comment":
            comment = f"<!-- Ann, 2026-11-30: {edit.new} -->"
            is_right = new.replace(f"\n\n{comment}", "").replace(comment, "") == old  # below code
        case "new paragraph":
            is_right = _filled(without) == _filled(lines) and edit.new in new
        case "new row":  # in a table that is drawn, with another line, and wider columns
            is_right = edit.new in new and _undrawn(without) == _undrawn(lines)
        case "gone paragraph" | "gone row":
            is_right = _is_within(_unnumbered(others), _unnumbered(lines))
        case "new column" | "gone column":
            is_right = len(others) == len(lines)
        case _:
            is_right = sorted(_filled(others)) == sorted(_filled(lines))
    return "" if is_right else "it is another change"


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """The number of letters or lines with which both begin."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def _is_within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Return whether a part is the whole without one stretch."""
    at, gone = _common(part, whole), len(whole) - len(part)
    return gone > 0 and part[at:] == whole[at + gone :]


def _table_start(text: str, line: int) -> int:
    lines = text.split("\n")
    while line > 1 and lines[line - 2].strip():
        line -= 1
    return line


def _filled(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _undrawn(lines: Iterable[str]) -> list[str]:
    """Lines without spaces and the lines that are drawn around cells."""
    plain = (" ".join(re.sub(r"[-=+:]{3,}", "", line).split()) for line in lines)
    return [line for line in plain if line.strip("> ")]


def _unnumbered(lines: Iterable[str]) -> list[str]:
    return [re.sub(r"^\s*\(?\w+[.)] ", "", line) for line in _filled(lines)]


def _differing(sent: SentFile, new: str, back: Path, edit: WordEdit) -> str:
    """The first paragraph in which the file differs from what the new source gives, but for text
    that has no place in it, such as banks of words, marks and scores. Other words may mix the items
    of an exercise in another way."""
    document = parse(new, sent.path.name, sent.path.parent)
    given = read_source(sent.path, document, EDITIONS[EDITION]).paragraphs
    added = {p.key for p in sent.paragraphs if p.mark is None}
    again = [_own_words(p) for p in given if p.mark and _is_text(p)]
    kept = (p for p in read_edited(read_parts(back)) if p.mark or p.key not in added)
    edited = [_own_words(p) for p in kept if _is_text(p)]
    if edit.kind in ("word", "tracked word", "cell", "gone") and sorted(again) == sorted(edited):
        return ""
    differing = (
        f"it gives “{a}”, not “{b}”" for a, b in zip(again, edited, strict=False) if a != b
    )
    return next(differing, "" if len(again) == len(edited) else "a paragraph is there or not")


def _is_text(paragraph: ReviewedParagraph) -> bool:
    return bool(paragraph.key.strip("* ")) and paragraph.style != "WordBank"


def _own_words(paragraph: ReviewedParagraph) -> str:
    """The text of a paragraph without what was added to it, and the spaces that a word leaves
    before a sign, or a formula."""
    text = "".join(piece.text for piece in paragraph.pieces if not piece.is_added)
    return re.sub(r" (?=[.,;:!?)…”\ufffc])", "", " ".join(text.split()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--office", action="store_true", help="LibreOffice makes the edits.")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        make = run_office if options.office else run
        paths = sources(options.documents)
        for path, edit, end in make(paths, options.edits, options.seed, Path(folder)):
            counts[edit.kind][end if end in ("right", "told") else "wrong"] += 1
            if end != "right":
                place = f"{edit.span.file or path.relative_to(ROOT)}:{edit.span.line}"
                print(f"{place}: {edit.kind}: {end} ({edit.old!r}, {edit.new!r})", flush=True)
    print("| Edit | right | told | wrong |\n|---|--:|--:|--:|")
    for kind, ends in sorted(counts.items()):
        print(f"| {kind} | {ends['right']} | {ends['told']} | {ends['wrong']} |")


if __name__ == "__main__":
    main()
