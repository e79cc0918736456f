"""The faster typesetting engine changes nothing but time."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path
from typing import Any

import pypdfium2
import pyphen
import pytest

from pipeline.features.fast_engine import text_lines
from pipeline.features.fast_engine.text_lines import ShapedText
from pipeline.model.faces import FACES
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine.adapter import patching
from tests.helpers.laid_out import LATIN, boxes, typeset

pytestmark = pytest.mark.skipif(engine.PLAIN in os.environ, reason="the engine is plain")


def test_lines_are_those_that_are_found_when_all_is_set_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face = FACES[0]  # with ligatures
    texts = (
        ("en", "To the aleward was but kelobled. Where <i>it</i> is, was unremarkably fictive."),
        ("en", "Nowise <i>incompatible</i> " + "with a space in front of all that follows. " * 9),
        ("en", "Such an ineffable, affable affair: officers of sufficient efficiency, afflicted."),
        ("en", "Chance—aye, free will, and necessity—nowise incompatible—all interweavingly."),
        ("en", "Is it Stubb’s or is it Stubb’s, or not Stubb’s, and could it be Stubb’s? Stubb’s."),
        (
            "en",
            "“Well-known—or so…” (he said, 1–2 and/or 3.5\u00a0kg) is AWAY, at re-use/off-site.",
        ),
        ("de", "Die Donaudampfschifffahrt – „öffentlich“ – fährt größtenteils rückwärts."),
        ("hu", "Hosszú kulissza, vissza az asszonnyal és a meggyel, könnyen."),
        ("ru", "Достопримечательности — «превосходительство», как-нибудь."),
        ("el", "Η ελληνική γλώσσα, υπερπραγματικότητα."),
        ("ar", "هذا نص عربي طويل بما يكفي لسطرين."),
        ("zh", "这是一个足够长的中文段落，它有两行。"),
    )
    markup = "".join(
        f'<p lang="{language}" style="width: {width}px">{text}</p>'
        for language, text in texts
        for width in range(120, 240, 30)
    )
    styles = [
        f"p {{ font-family: '{face.family}'; hyphens: auto; text-align: justify }}",
        "p { hyphenate-limit-chars: 6 3 3 }",
    ]

    def lines() -> tuple[list[tuple[str, float, float]], list[str]]:
        """The texts of boxes with their places, and those read from the drawn pages."""
        page = f'<html lang="en"><body>{markup}</body></html>'
        document = typeset(page, *styles, face=face)
        texts = (box for box in boxes(document) if hasattr(box, "text"))
        laid_out = [(box.text, box.position_x, round(box.width, 4)) for box in texts]
        with pypdfium2.PdfDocument(document.make_pdf()) as pdf:
            return laid_out, [page.get_textpage().get_text_range() for page in pdf]

    found = lines()
    monkeypatch.setattr(patching, "FASTER_LAYOUT", {})
    monkeypatch.setattr(patching, "FASTER_DRAWING", {})
    assert found == lines()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ends_of_lines_without_spaces_are_found_in_few_letters(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a narrow column they are where they would be if Pango were given more letters."""
    text = (
        "这是一个足够长的中文段落，它有两行。"
        if lang == "zh"
        else "Donau-dampf/schifffahrt" + ">" * 9
    )
    markup = f'<html lang="{lang}"><body><p>{text * (400 // len(text))}</p></body></html>'
    styles = [
        f"p {{ width: 50px; font-family: '{LATIN}'; overflow-wrap: anywhere }}",
        "p { hyphens: auto }",
    ]
    given = 0
    set_text = ShapedText.set_text

    def counted(self: ShapedText, text: str, justify: bool = False) -> None:
        nonlocal given
        given += len(text)
        set_text(self, text, justify)

    monkeypatch.setattr(ShapedText, "set_text", counted)

    def lines() -> tuple[list[str], int]:
        before = given
        texts = (box for box in boxes(typeset(markup, *styles)) if hasattr(box, "text"))
        return [box.text for box in texts], given - before

    found, few = lines()
    monkeypatch.setattr(text_lines, "FEWEST", text_lines.LONGEST_LINE)
    expected, many = lines()
    assert found == expected
    assert len(found) > 20
    assert few * 2 < many


SHEETS = {
    "the last of equals counts": ["b { top: 0 } p { margin-left: 1px }", "p { margin-left: 2px }"],
    "a more specific one before": ["#one { margin-left: 1px }", "p { margin-left: 2px }"],
    "important": ["p { margin-left: 1px ! important }", "#one { margin-left: 2px }"],
    "layers": ["@layer a { #one { margin-left: 1px } }", "p { margin-left: 2px }"],
    "layers in two sheets": [
        "@layer a, b; @layer b { p { margin-left: 1px } } @layer a { p { margin-left: 2px } }",
        "@layer b, a; @layer b { #one { margin-left: 3px } } p::before { content: 'x' }",
    ],
    "parts of elements": [
        "p::before { content: 'before '; margin-left: 3px } div p::before { content: 'in ' }",
        "p::after { content: attr(id) } p + p::before { margin-left: 2px } :lang(ar) { top: 1px }",
    ],
    "attributes": ["[style]::before { content: 'x' } [style] { margin-left: 1px }", "p { top: 0 }"],
    "pages": [
        "@page { size: 400px 300px }",
        "@page { margin: 10px }",
        "@page :first { margin: 9px }",
    ],
    "flexible boxes": ["div, body { display: flex } p { padding: 1px }", "p { flex: 1 1 10px }"],
    "a grid": ["body { display: grid; grid-template-columns: 40px 1fr }", "p { padding: 2px }"],
    "widths of a part": ["p { width: 50%; padding: 1px 2% }", "p { box-sizing: border-box }"],
}


@pytest.mark.parametrize("styles", SHEETS.values(), ids=SHEETS)
def test_styles_that_are_shared_have_the_same_effect(
    styles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def places() -> list[tuple[float, ...]]:
        document = typeset(
            "<html><body><p id='one'>One.</p><div><p>Two.</p><p>Three.</p></div><p>Four.</p>"
            "<p style='margin-left: 7px'>Five.</p><p lang='ar' id='six'>Six.</p></body></html>",
            *styles,
        )
        return [
            (b.position_x, b.position_y, b.width, b.height, b.margin_left) for b in boxes(document)
        ]

    found = places()
    assert found == places()  # with the styles that were kept
    monkeypatch.setattr(patching, "FASTER_LAYOUT", {})
    assert found == places()


def test_styles_are_kept_unless_they_depend_on_the_text() -> None:
    """Texts with the same sheets share them, but for lengths that follow from the first page."""
    sizes = "@page { size: 400px 300px; margin: 0 } @page wide { size: 800px 300px }"

    def paragraph(kind: str, width: str) -> Any:
        markup = f"<html><body style='margin: 0'><p class='{kind}'>Text.</p></body></html>"
        styles = [sizes, f".wide {{ page: wide }} p {{ width: {width} }}"]
        return next(b for b in boxes(typeset(markup, *styles)) if b.element_tag == "p")

    assert paragraph("", "50%").style is paragraph("", "50%").style
    assert [paragraph(kind, "50vw").width for kind in ("", "wide", "")] == [200, 400, 200]


def test_what_was_laid_out_goes_when_it_is_drawn() -> None:
    """Python looks for what keeps itself in a circle once for many units of a book."""
    text = "Words that take several lines of a page, which are chosen together. " * 40
    notes = "<span style='float: footnote'>A note.</span>"
    markup = f"<html lang='en'><body>{f'<p>{text}{notes}</p>' * 9}</body></html>"
    styles = [
        f"p {{ font-family: '{LATIN}'; hyphens: auto; text-align: justify }}",
        ":root { --space: calc(1em + 1px) } p { margin: var(--space) }",
    ]
    gc.collect()
    gc.disable()
    try:
        document = typeset(markup, *styles, is_planned=True)
        assert len(document.pages) > 1
        assert document.make_pdf()
        references = [weakref.ref(box) for box in boxes(document)]
        del document
        assert not [box for reference in references if (box := reference())]
    finally:
        gc.enable()


def test_hyphens_are_those_of_all_patterns(tmp_path: Path) -> None:
    """Patterns that are parsed when a word needs them divide it as all of them do: also where a
    later one repeats letters, or divided words are written differently (asz-szony)."""
    some_of_many = pyphen.LANGUAGES["hu"].read_text("utf-8").splitlines()[40::25]
    path = tmp_path / "hyph_hu.dic"
    lines = ("UTF-8", *some_of_many, "as5szonn/sz=,2,1", "2r1inst", "u2r3inst", "2r5inst")
    path.write_text("\n".join(lines), "utf-8")
    all_of_them = pyphen.HyphDict.__mro__[1](path)
    some = pyphen.HyphDict(path)
    letters = sorted(all_of_them.patterns)
    words = ("asszonnyal", "urinstinkt", *(f"{one.strip('.')}en" for one in letters[::64]))
    for word in words:
        expected = [(place, place.data) for place in all_of_them.positions(word)]
        assert [(place, place.data) for place in some.positions(word)] == expected
    assert any(isinstance(pattern, str) for pattern in some.patterns.values())
