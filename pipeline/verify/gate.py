"""Proves that finished files have nothing of what is withheld from their readers: the mirror of
`completeness`.

Every text in a file is searched for every piece of withheld text that is not public. What is found
is a leak, unless it can be there without one: Chapbook has words of its own in all files, and
titles, labels and references put public text together as no source does.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from pipeline.features import FEATURES, here
from pipeline.model import Container, Document, Plain, Withheld, removal
from pipeline.model.audience import Ranges, places_lacked
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, for_pupils
from pipeline.model.late import late
from pipeline.model.tree import find, is_word_bank, plain_text, walk
from pipeline.model.words import words
from pipeline.package.result import Package
from pipeline.system.paths import template_folders
from pipeline.verify.all_text import (
    BREAK,
    Content,
    FoundWords,
    WithheldPieces,
    characters,
    contents,
    fold_text,
    is_made_of,
    matches,
    whole_words,
    without_attachments,
)
from pipeline.verify.rules import finding


def leaks_in(
    package: Package, document: Document, marked: Document, edition: Edition, name: str
) -> tuple[Diagnostic, ...]:
    """Findings about the text in a finished file, and in those next to it, that is withheld from
    the edition. ``document`` is as parsed, and ``marked`` for the edition. The archive has the
    whole source attached, on purpose."""
    places = places_lacked(document.withheld, edition)
    data = without_attachments(package.data) if edition.is_archival else package.data
    files = {PurePath(name).name: data}
    files |= {PurePath(other).name: data for other, data in package.extra.items()}
    return _findings(document, places, files, PurePath(name).name, _bank_words(marked))


def leaks_for_all(document: Document, files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """Findings about the text in records that is withheld from all editions for pupils."""
    places = places_lacked(document.withheld, *for_pupils(document.metadata))
    return _findings(document, places, files, "the records", ())


def _bank_words(document: Document) -> Iterator[str]:
    """The words in banks, which pupils are given on purpose."""
    for _, bank, _ in find(document, Container):
        if is_word_bank(bank):
            for node in walk(bank.children):
                if isinstance(node, Plain):
                    yield plain_text(node.children)


def _findings(
    document: Document,
    places: tuple[Withheld, ...],
    files: Mapping[str, bytes],
    named: str,
    public: Iterable[str],
) -> tuple[Diagnostic, ...]:
    """One finding for each place of which something is in the files."""
    if not places:
        return ()
    within = Ranges(places)
    places = tuple(each for each in places if each.kind == "range" or not within.hold(each.span))
    gate = _gate(document.text, places, frozenset(map(fold_text, public)), document.metadata.lang)
    findings: dict[int, Diagnostic] = {}
    for leak in gate.leaks(files):
        if leak.number not in findings:
            span = _place_of(leak.text, places[leak.number])
            leaked = finding("leaked-text", span, text=leak.text, file=named, where=leak.where)
            findings[leak.number] = leaked.diagnostic(document.source)
    return tuple(findings.values())


@functools.lru_cache(maxsize=4)
def _gate(text: str, places: tuple[Withheld, ...], bank_words: frozenset[bytes], lang: str) -> Gate:
    """The gate of a source, which several editions have in common."""
    answers = {place.text for place in places if place.kind == "solution"}
    in_banks = (answer for answer in answers if fold_text(answer) in bank_words)
    public = (_without_withheld(text, places, answers), *in_banks)
    return Gate((place.text for place in places), public, lang)


_IN_BRACES = late(r"\{([^{}]*)\}")


def _without_withheld(text: str, places: Iterable[Withheld], solutions: Collection[str]) -> str:
    """A source without the text in ranges, which are in its order, and without solutions, each of
    which stands in braces."""
    kept, end, at = list[str](), 0, 0
    bare = set(map(_bare, solutions))
    for place in places:
        start = text.find(place.text, at) if place.kind == "range" else -1
        if start >= 0:
            kept.append(text[end : max(start, end)])
            end, at = max(end, start + len(place.text)), start
    kept.append(text[end:])
    rest, kept, at = "".join(kept), [], 0
    for gap in removal.gaps(rest):
        if _bare(gap.answer) in bare:
            kept.append(rest[at : gap.end])
            at = gap.answer_end
    return _IN_BRACES.sub(
        lambda braces: "{}" if " ".join(braces[1].split()) in solutions else braces[0],
        "".join((*kept, rest[at:])),
    )


def _bare(answer: str) -> str:
    """An answer without the marks of its formulas, and spaces."""
    return "".join(answer.split()).replace("$", "").replace("\\", "")


def _place_of(words: str, place: Withheld) -> Span:
    """The place in the source where these words stand in a withheld text."""
    if place.kind == "solution":
        return place.span
    first = next(matches(fold_text(words), place.text))
    before = first.string[: first.start()]
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    column += place.span.column if line == 0 else 1
    return Span(place.span.line + line, column, 0, place.span.file)


class Leak(NamedTuple):
    """Words, or a character, of the withheld text with a ``number``, and where they are."""

    number: int
    text: str
    where: str


class Gate:
    """Lets files pass that have none of some withheld ``texts``; ``public`` is what all may read,
    and ``lang`` the language in which Chapbook adds words."""

    def __init__(self, texts: Iterable[str], public: Iterable[str], lang: str) -> None:
        texts, public = tuple(texts), BREAK.join(public)
        self._lang = lang
        self._public = fold_text(public)
        self._pieces = WithheldPieces(texts, self._public)
        self._clean: set[str] = set()
        self._characters = {
            character: number
            for number, text in reversed([*enumerate(texts)])
            for character in set(text)
            if not character.isascii() and character.isalpha()
        }
        if self._characters:
            from pipeline.package.fonts import COMMON

            for known in {*public, *"".join(words(lang).values())} | COMMON:
                self._characters.pop(known, None)

    def leaks(self, files: Mapping[str, bytes]) -> Iterator[Leak]:
        """The text in files, given by their names, that must not be there."""
        for name, data in files.items() if self._pieces or self._characters else ():
            yield from self._leaks_in([*contents(name, data)])

    def _leaks_in(self, all_contents: Sequence[Content]) -> Iterator[Leak]:
        for content in all_contents:
            if content.text in self._clean:  # a script, for example, that many pages have
                continue
            leaks = [
                Leak(run.number, b" ".join(run.words).decode(), content.where)
                for run in self._pieces.runs(content.text)
                if not self._is_explained(run, content)
            ]
            yield from leaks
            if not leaks:
                self._clean.add(content.text)
        if self._characters:
            yield from self._leaks_in_fonts(all_contents)

    def _leaks_in_fonts(self, all_contents: Iterable[Content]) -> Iterator[Leak]:
        """The characters of subsets that no text needs. A font that has more of them is no subset:
        pupils type with it."""
        from pipeline.package.fonts import COMMON

        shown = "".join(content.text for content in all_contents)
        used = COMMON.union(shown, unicodedata.normalize("NFKD", shown))
        for content in all_contents:
            unused = characters(content.data) - used if content.data else frozenset[str]()
            if unused <= self._characters.keys():
                for character in sorted(unused):
                    yield Leak(self._characters[character], character, content.where)

    def _is_explained(self, run: FoundWords, content: Content) -> bool:
        """Return whether words can be in a place although nobody leaked them."""
        known = [self._public, _words(self._lang)]
        if not content.is_code:
            if is_made_of(run.words, known):
                return True
            places = [*whole_words(run, content.text)]
            return bool(places) and all(is_made_of(words, known) for words in places)
        return is_made_of(run.words, (*known, _styles())) or b"".join(run.words) in _sources()


# --- Chapbook's own words ---------------------------------------------------------------------


@functools.cache
def _words(lang: str) -> bytes:
    """The words that Chapbook and its libraries add in a language."""
    known = [*words(lang).values()]
    if here("citations"):
        from pipeline.features.citations import terms

        known.append(terms(lang))
    return fold_text(BREAK.join(known))


@functools.cache
def _styles() -> bytes:
    """The styles and scripts of web pages, and the classes in them."""
    return _read(template_folders(), ".css", ".js")


@functools.cache
def _sources() -> bytes:
    """The code that writes files: names and terms of formats that are in them."""
    program = Path(__file__).parent.parent
    writing = (f"features/{name}" for name, row in FEATURES.items() if row.writes_files)
    folders = (program / name for name in ("render", "package", "exercises", *writing))
    return _read(template_folders(), ".j2") + _read(folders, ".py")


def _read(folders: Iterable[Path], *suffixes: str) -> bytes:
    files = (file for top in folders for file in top.rglob("*") if file.suffix in suffixes)
    return fold_text(BREAK.join(file.read_text("utf-8") for file in files))
