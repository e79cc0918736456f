"""Variables: their values appear in the text as if they were typed, but never as markup."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Document, parse
from pipeline.features import WHOLE
from pipeline.features.variables import fill_variables
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.variables import BUILT_IN, filled_address, in_words, values
from pipeline.model.words import FOLDER, words
from pipeline.package import package
from pipeline.parser.characters import FORBIDDEN
from pipeline.resolve import resolve
from tests.helpers import making
from tests.helpers.trees import plain_text

LANGUAGES = sorted(path.stem for path in FOLDER.glob("??.toml"))


def document(text: str, **variables: str) -> Document:
    """A source with variables of its own."""
    front = json.dumps({"title": "T", "variables": variables}, ensure_ascii=False)
    return parse(f"---\n{front}\n---\n\n{text}\n", "x.md")


def test_every_edition_has_a_word_of_its_own() -> None:
    known = [in_words(edition, words("en")) for edition in EDITIONS.values()]
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_an_edition_knows_which_it_is(lang: str) -> None:
    text = f"---\ntitle: T\nlang: {lang}\n---\n\n{{{{ edition }}}}, {{{{ format }}}}\n"
    for name, edition in EDITIONS.items():
        resolved = making.resolved(text, name)
        expected = in_words(edition, words(lang))
        shown = plain_text(resolved.blocks[:1]).replace("\u2060", "")
        assert shown.replace("’", "'") == f"{expected}, {edition.format.upper()}".replace("’", "'")


@pytest.mark.parametrize("name", ["web", "ebook"])
def test_markup_in_a_value_is_text(name: str) -> None:
    value = "*a* [b](c) `d` <b>e</b> &amp; {{ v }} \\* ![x](y)"
    parsed = document("# {{ v }} {#a}\n\n{{ v }} [l](#a '{{ v }}')\n", v=value)
    resolved = making.resolved(parsed, name)
    assert not resolved.diagnostics
    pages = making.rendered(resolved)
    markup = "".join(page.markup for page in pages.pages)
    assert html.escape(value, quote=False) in markup
    assert "<b>" not in markup
    assert package(pages, Path()).data


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=("C", "Z")), min_size=1))
def test_a_value_stands_as_it_is(value: str) -> None:
    if FORBIDDEN.search(value) or not value.strip():
        return
    found = fill_variables(document("a{{ v }}b", v=value), WHOLE)
    assert not found.diagnostics
    (paragraph,) = found.blocks
    assert plain_text((paragraph,)) == f"a{' '.join(value.split())}b"


def test_authors_are_named_as_the_language_has_it() -> None:
    people = tuple(Contributor(name) for name in ("Ann", "Ben", "Cleo"))
    assert values(Metadata(authors=people[:1]))["authors"] == "Ann"
    assert values(Metadata(authors=people[:2], lang="de"))["authors"] == "Ann und Ben"
    assert values(Metadata(authors=people, lang="es"))["authors"] == "Ann, Ben y Cleo"


def test_names_with_a_meaning() -> None:
    assert {"title", "edition", "format", "author", "license", "language"} <= BUILT_IN


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://a.example/%7B%7By%7D%7D", "https://a.example/20%2026"),
        ("%7B%7B%20y%20%7D%7D/%7B%7By%7D%7D", "20%2026/20%2026"),
        ("%7B%7B%C3%BC%7D%7D", "%C3%A4"),
        ("%7B%7Bz%7D%7D", "%7B%7Bz%7D%7D"),
        ("%7B%7By%7D", "%7B%7By%7D"),
        ("#y", "#y"),
    ],
)
def test_addresses(address: str, found: str) -> None:
    known = {"y": "20 26", "ü": "ä"}
    assert filled_address(address, lambda name: known.get(name, "")) == found


def test_an_address_of_a_variable_is_checked_like_any_other(tmp_path: Path) -> None:
    parsed = document("[a]({{ v }})\n\n![b]({{ w }}.png)\n", v="javascript:x", w="../no")
    found = making.resolved(parsed, "web", tmp_path).diagnostics
    assert [finding.code for finding in found] == ["unsafe-markup", "outside-folder"]


def test_the_text_is_one_piece_with_the_value() -> None:
    """Typography by language comes after the values are in place."""
    typed = document("\"the well's 5 km\" -- the well's 5 km...")
    filled = document('"{{ v }}" -- {{ v }}...', v="the well's 5 km")
    shown = [plain_text(resolve(one, Path()).blocks) for one in (typed, filled)]
    assert shown[0] == shown[1]
    assert shown[1].startswith("“the well’s 5\u00a0km”")


@pytest.mark.slow
def test_in_print_too(tmp_path: Path) -> None:
    from tests.helpers.pdf_reading import open_pdf, read

    source = tmp_path / "x.md"
    source.write_text(
        "---\ntitle: T\nvariables: {v: 'Hill & <Dale>'}\n---\n\n## At {{ v }}\n\n{{ edition }}\n",
        "utf-8",
    )
    result = pipeline.build(source, ["handout", "letter"], out=tmp_path / "out")
    files = [file for file in result.files if file.suffix == ".pdf"]
    texts = [read(open_pdf(file.read_bytes())).text for file in files]
    assert all("At Hill & <Dale>" in text for text in texts)
    assert ["handout (US Letter)" in text for text in texts] == [False, True]
