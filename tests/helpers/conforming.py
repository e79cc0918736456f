"""Requirements for every publication: a class of tests for any source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import pipeline
from pipeline.commands.check.comparison import compare_file
from pipeline.commands.check.finished import check
from pipeline.flow import steps
from pipeline.keep import keeping
from pipeline.model import Document, Image, Math, MathBlock
from pipeline.model.codes import Code
from pipeline.model.editions import (
    DEFAULT_EDITIONS,
    EDITIONS,
    output_name,
    pages_name,
    stem_of,
)
from pipeline.model.words import words
from pipeline.system.store import CACHE, Folder
from pipeline.verify.completeness import match, required_passages
from tests.helpers import checkers, making
from tests.helpers.look import assert_looks_as_accepted
from tests.helpers.pdf_reading import heard, open_pdf, read, spaced
from tests.helpers.printed_pages import Output, assert_right
from tests.helpers.trees import nodes

FOR_OTHERS = (Code.SHORT_LAST_PAGE.slug, Code.MISSING_FOR_SHOPS.slug)
"""Findings about the end of a text, and about data that only shops require."""


DRAWN = ("Figure", "Formula")
"""Elements that are read by their alternative text."""


def described(document: Document) -> Iterator[str]:
    """The alternative texts of what is drawn."""
    for node in nodes(document):
        match node:
            case Image(alt=alt) if alt and not node.missing:
                yield alt
            case Math() | MathBlock() if node.mathml:
                yield node.spoken


def words_of(document: Document) -> set[str]:
    """All words in a document and its front matter, and those that its language has for others."""
    said = msgspec.json.encode(document).decode().replace("\\n", " ")
    said += " ".join(words(document.metadata.lang).values())
    return set(re.findall(r"[^\W\d_]{3,}", said))


def found_by_check(folder: Path, source: Path) -> list[str]:
    """All that ``chapbook check`` finds in a folder of outputs: of each file, and of a site as
    one. Those that have pages in the order of reading are compared with their source."""
    stem = stem_of(source)
    imposed = {output_name(stem, e) for e in EDITIONS.values() if e.imposition != "none"}
    passed = list(FOR_OTHERS)
    if "\ufffd" in source.read_text("utf-8"):  # it speaks of what stands for no glyph
        passed.append(Code.MISSING_GLYPH.slug)
    found = []
    for file in sorted(folder.iterdir()):
        if file.is_dir() or file.suffix in (".html", ".pdf", ".epub"):
            with keeping(Folder(folder.parent / CACHE)):  # where it is parsed and resolved
                compared = compare_file(file, steps.parse(source), source)
            is_read = file.name not in imposed and file.name != f"{stem}-cover.pdf"
            assert compared.notes[0].startswith("compared") is is_read, compared.notes
            found += [
                f"{Path(one.source).name}:{one.line}: {one.code}: {one.message}"
                for one in (*check(file).diagnostics, *compared.diagnostics)
                if one.code not in passed
            ]
    return found


@pytest.mark.checkers
@pytest.mark.slow
class Conforming:
    """The strictest checkers available find nothing in the outputs of ``source``."""

    source: Path
    editions: tuple[str, ...] = DEFAULT_EDITIONS
    looked_at: tuple[str, ...] = ()
    """The printed editions whose pages have accepted pictures."""

    told: tuple[str, ...] = ()
    """All that our own check finds, and is right about."""

    @pytest.fixture(scope="class")
    @classmethod
    def built(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The outputs, without the end of their names."""
        out = tmp_path_factory.mktemp("conformance")
        result = pipeline.build(cls.source, cls.editions, out=out)
        assert not result.diagnostics
        return out / cls.source.stem / cls.source.stem

    @pytest.fixture(scope="class")
    @classmethod
    def document(cls, built: Path) -> Document:
        """The source, as it was parsed for them."""
        with keeping(Folder(built.parent.parent / CACHE)):
            return steps.parse(cls.source)

    def test_epub(self, built: Path) -> None:
        for book in built.parent.glob("*.epub"):
            assert checkers.epubcheck(book) == []

    def test_our_own_check_finds_nothing_and_nothing_is_lost(self, built: Path) -> None:
        assert found_by_check(built.parent, self.source) == [*self.told]

    def test_html(self, built: Path) -> None:
        for page in built.parent.glob("*.html"):
            assert checkers.nu(page) == []

    @pytest.mark.parametrize("check", [checkers.verapdf, checkers.page_validation, checkers.qpdf])
    def test_pdf(self, check: checkers.Check, built: Path) -> None:
        assert check(built.with_suffix(".pdf")) == []

    def test_tags_say_the_text_word_for_word(self, built: Path, document: Document) -> None:
        """And in order; besides, they only say whole words that are in the source or the language
        has for what an edition adds."""
        flow = making.Flow(self.source, document)
        for edition in map(EDITIONS.__getitem__, self.editions):
            file = built.parent / output_name(built.name, edition)
            file = built.parent / (pages_name(file.name, edition) or file.name)
            if edition.format != "pdf" or (
                edition.imposition != "none" and "-pages" not in file.name
            ):
                continue
            with keeping(Folder(built.parent.parent / CACHE)):
                resolved = flow.marked(edition.name)
            with open_pdf(file.read_bytes()) as pdf:
                tree = read(pdf)
                texts = [heard(tree, notes=notes) for notes in (False, True)]
                alternatives = [one.text for one in tree.all() if one.kind in DRAWN]
            drawn, said = Counter(described(resolved)), Counter(alternatives)
            # where a picture would be too small, it is described in the text instead
            assert not said - drawn, edition.name
            assert all(spaced(one) in texts[0] for one in drawn - said), edition.name
            for passages, text in zip(required_passages(resolved, edition), texts, strict=True):
                as_heard = [one._replace(letters=spaced(one.text)) for one in passages]
                found = match(as_heard, text)
                assert [(one.rule, one.passage.text) for one in found.faults] == [], edition.name
                added = set(re.findall(r"[^\W\d_]{3,}", " ".join(found.rest)))
                assert added - words_of(resolved) == set(), edition.name

    def test_pages_look_as_they_were_accepted(
        self, built: Path, accept: bool, tmp_path: Path
    ) -> None:
        for name in self.looked_at:
            pdf = built.parent / output_name(built.name, EDITIONS[name])
            assert_looks_as_accepted(pdf, f"{built.name}/{name}", accept, tmp_path)


class Read(Conforming):
    """Everyone can read it: in browsers, with screen readers, and by printed page numbers."""

    windows: tuple[str, ...] = checkers.WINDOWS
    front = 1
    """The number of printed pages begin with the title or the contents, before the text."""

    def test_html_for_everyone(self, built: Path) -> None:
        assert checkers.browser(built.with_suffix(".html"), windows=self.windows) == []

    @pytest.fixture
    def output(self, built: Path) -> Output:
        return Output(built)

    def test_the_book_lists_every_page(self, output: Output) -> None:
        listed = [label for label, _ in output.nav("page-list")]
        assert listed == [str(number) for number, _ in enumerate(output.printed(), start=1)]

    def test_each_mark_of_the_book_stands_where_its_page_begins(self, output: Output) -> None:
        printed = output.printed()
        for label, address in output.nav("page-list"):
            name, _, target = address.partition("#")
            mark = output.marks_in_book(name)[target]
            assert mark.label == f"Page {label}"
            if int(label) > self.front:
                assert_right(mark, printed[int(label) - 1])

    def test_each_mark_of_the_web_page_stands_where_its_page_begins(self, output: Output) -> None:
        printed, found = output.printed(), output.marks_on_page()
        assert list(found) == [f"page--{number}" for number, _ in enumerate(printed, start=1)]
        for mark, page in list(zip(found.values(), printed, strict=True))[self.front :]:
            assert_right(mark, page)

    def test_older_reading_systems_have_the_list_of_pages_too(self, output: Output) -> None:
        targets, head = output.ncx_pages()
        assert targets == output.nav("page-list")
        assert head["dtb:totalPageCount"] == head["dtb:maxPageNumber"] == str(len(targets))
