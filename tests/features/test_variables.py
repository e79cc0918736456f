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
from pipeline.model import Link
from pipeline.model.editions import EDITIONS
from pipeline.model.words import FOLDER
from pipeline.resolve.variables import fill_variables
from tests.helpers import making
from tests.helpers.trees import nodes, plain_text

LANGUAGES = sorted(path.stem for path in FOLDER.glob("??.toml"))


def document(text: str, **variables: str) -> Document:
    """A source with variables of its own."""
    front = json.dumps({"title": "T", "variables": variables}, ensure_ascii=False)
    return parse(f"---\n{front}\n---\n\n{text}\n", "x.md")


@pytest.mark.parametrize(
    ("lang", "page", "letter"),
    [
        ("en", "web page", "handout (US Letter)"),
        ("fr", "page web", "version imprimée (US Letter)"),
        ("ar", "صفحة الويب", "النسخة المطبوعة (مقاس Letter)"),
    ],
)
def test_an_edition_knows_which_it_is(lang: str, page: str, letter: str) -> None:
    text = f"---\ntitle: T\nlang: {lang}\n---\n\n{{{{ edition }}}}, {{{{ format }}}}\n"
    texts = {
        name: plain_text(making.resolved(text, name).blocks[:1]).replace("\u2060", "")
        for name in EDITIONS
    }
    assert (texts["web"], texts["letter"]) == (f"{page}, HTML", f"{letter}, PDF")
    assert len(set(texts.values())) == len(texts)


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
    assert making.packed(pages).data


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=("C", "Z")), min_size=1))
def test_a_value_stands_as_it_is(value: str) -> None:
    found = fill_variables(document("a{{ v }}b", v=value))
    assert not found.diagnostics
    (paragraph,) = found.blocks
    assert plain_text((paragraph,)) == f"a{' '.join(value.split())}b"


def test_authors_are_named_as_the_language_has_it() -> None:
    for lang, authors, shown in (
        ("en", "Ann", "Ann"),
        ("de", "[Ann, Ben]", "Ann und Ben"),
        ("es", "[Ann, Ben, Cleo]", "Ann, Ben y Cleo"),
    ):
        text = f"---\ntitle: T\nlang: {lang}\nauthors: {authors}\n---\n\n{{{{ authors }}}}\n"
        assert plain_text(making.resolved(text)) == shown


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("%7B%7By%7D%7D", "20%2026"),
        ("%7B%7B%20y%20%7D%7D/%7B%7By%7D%7D", "20%2026/20%2026"),
        ("%7B%7B%C3%BC%7D%7D", "%C3%A4"),
        ("%7B%7Bz%7D%7D", "%7B%7Bz%7D%7D"),
        ("%7B%7By%7D", "%7B%7By%7D"),
    ],
)
def test_addresses(address: str, found: str) -> None:
    filled = making.resolved(document(f"[a](https://a.org/{address})", y="20 26", ü="ä"))
    assert [link.href for link in nodes(filled, Link)] == [f"https://a.org/{found}"]


def test_an_address_of_a_variable_is_checked_like_any_other(tmp_path: Path) -> None:
    parsed = document("[a]({{ v }})\n\n![b]({{ w }}.png)\n", v="javascript:x", w="../no")
    found = making.resolved(parsed, "web", tmp_path).diagnostics
    assert [finding.code for finding in found] == ["unsafe-markup", "outside-folder"]


def test_the_text_is_one_piece_with_the_value() -> None:
    """Typography by language comes after the values are in place."""
    typed = document("\"the well's 5 km\" -- the well's 5 km...")
    filled = document('"{{ v }}" -- {{ v }}...', v="the well's 5 km")
    shown = [plain_text(making.resolved(one)) for one in (typed, filled)]
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
