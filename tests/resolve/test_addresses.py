"""Links on paper: whoever has nothing but the sheet can use them, too."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.model import Document, Image, Link, NoteReference, Plain, Strong
from pipeline.system.paths import readable_address
from tests.helpers import making
from tests.helpers.trees import nodes

FILM = "https://www.example.org/films/2021/home?lang=en"


def resolved(body: str, front: str = "", edition: str = "handout") -> Document:
    text = f"---\ntitle: T\n{front}---\n\n{body}\n"
    return making.resolved(text, edition)


def listed(body: str, front: str = "", edition: str = "handout") -> list[tuple[int, str]]:
    """The numbers and addresses that print lists."""
    return [(a.number, a.text) for a in resolved(body, front, edition).addresses]


def numbers(document: Document) -> list[int]:
    return [node.number for node in nodes(document, Link)]


def test_each_address_is_listed_once() -> None:
    document = resolved(f"[A film]({FILM}), [more](https://a.example/b), [again]({FILM})")
    assert [(a.number, a.href) for a in document.addresses] == [
        (1, FILM),
        (2, "https://a.example/b"),
    ]
    assert numbers(document) == [1, 2, 1]


@pytest.mark.parametrize(
    "link",
    [
        "<https://www.ilo.org/>",
        "[ilo.org](https://www.ilo.org/)",
        "[www.ilo.org/film](https://ilo.org/film)",
        "[us@ilo.org](mailto:us@ilo.org)",
        "[its part](#part)\n\n## Part",
    ],
)
def test_what_the_text_contains_is_not_repeated(link: str) -> None:
    document = resolved(link)
    assert not document.addresses
    assert set(numbers(document)) <= {0}


@pytest.mark.parametrize("edition", ["web", "ebook"])
def test_screens_need_no_addresses(edition: str) -> None:
    assert not listed(f"[A film]({FILM})", edition=edition)


def test_they_can_be_left_out() -> None:
    assert not listed(f"[A film]({FILM})", "links: none\n")


@pytest.mark.parametrize(
    ("href", "text"),
    [
        ("https://www.ilo.org/", "www.ilo.org"),
        ("https://ilo.org/a/", "https://ilo.org/a/"),
        ("http://ilo.org", "http://ilo.org"),
        ("mailto:us@ilo.org", "us@ilo.org"),
        ("https://fr.wikipedia.org/wiki/%C3%89t%C3%A9", "https://fr.wikipedia.org/wiki/Été"),
        ("https://a.example/100%25", "https://a.example/100%25"),
        ("https://a.example/a%20b", "https://a.example/a%20b"),
        ("https://a.example/%FF", "https://a.example/%FF"),
    ],
)
def test_how_an_address_is_written(href: str, text: str) -> None:
    assert readable_address(href) == text


def test_teachers_and_students_have_the_same_numbers() -> None:
    body = (
        "::: exercise\nSay [one](https://a.example/1).\n\n::: answer\n"
        "See [two](https://a.example/2).\n:::\n:::\n\n[Three](https://a.example/3)"
    )
    student = listed(body)
    assert student == [(1, "https://a.example/1"), (2, "https://a.example/3")]
    assert listed(body, edition="teacher") == [*student, (3, "https://a.example/2")]


def test_at_the_foot_they_are_notes_among_the_others() -> None:
    document = resolved(f"[A film]({FILM})[^n] and [it]({FILM}).\n\n[^n]: Said.", "links: foot\n")
    calls = [node.number for node in nodes(document.blocks, NoteReference)]
    assert calls == [1, 2, 1]
    assert len(document.notes) == 2


def test_codes_are_next_to_the_links_that_ask_for_them() -> None:
    link = f"[a film]({FILM}){{.qr}}"
    body = f"See **{link}** and [b](https://b.example).\n\n| A |\n|---|\n| {link} |\n\n"
    document = resolved(f"{body}## Of [c](https://c.example){{.qr}}", "links: none\n")
    texts = [n.children for n in nodes(document.blocks) if isinstance(n, Strong | Plain)]
    assert [[type(n) for n in text] for text in texts if len(text) > 1] == [[Link, Image]] * 2
    codes = nodes(document.blocks, Image)
    assert [code.asset for code in codes] == ["qr-code:1"] * 2, "one file, shown twice"
    listed = resolved(body + "## Of [c](https://c.example){.qr}").addresses
    assert [bool(address.code) for address in listed] == [False, False, True]
    assert all(
        address.code for address in resolved("[a](https://b.example)", "qr_codes: true\n").addresses
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A handout with a code for the first link alone: its text, and its file."""
    body = (
        f"See [a film]({FILM}){{.qr}}[^n][^m], [more](https://a.example/b).\n\n[^n]: X.\n[^m]: Y."
    )
    document = resolved(body)
    folder = tmp_path_factory.mktemp("links")
    file = folder / "x.pdf"
    file.write_bytes(making.packed(document, folder).data)
    return "\n".join(page.extract_text() for page in PdfReader(file).pages), file


def test_the_page_has_the_numbers_and_the_list(pages: tuple[str, Path]) -> None:
    text = " ".join(pages[0].split())
    assert "a film [1]" in text
    assert "Links" in text
    assert "www.example.org/films/2021/home?lang=en" in text


def test_numbers_of_two_notes_do_not_look_like_one(pages: tuple[str, Path]) -> None:
    assert "1,2" in pages[0].replace(" ", "")


def test_a_code_is_drawn_and_described(pages: tuple[str, Path]) -> None:
    with pikepdf.open(pages[1]) as pdf:
        alts = [
            str(item.Alt)
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary)
            and "/Alt" in item
            and item.get("/S") == "/Figure"
        ]
        images = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]
    assert alts == ["QR code for www.example.org/films/2021/home?lang=en"]
    assert not images, "it is a drawing, not a raster image"


def test_an_address_too_long_for_a_code_has_none() -> None:
    document = resolved(f"[long](https://a.example/{'x' * 3000}){{.qr}}")
    (address,) = document.addresses
    assert address.coded
    assert address.code is None
