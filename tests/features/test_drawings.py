"""The text of drawings in the outputs: as wide as in the original."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS

import pipeline
from pipeline.model.codes import Code
from tests.helpers import making
from tests.helpers.finished import checked
from tests.helpers.paths import TEMPLATES

TEXT = "Rainwater and wells"
SIZE = 20
FAMILIES = {
    "Helvetica": ("Arial", "sans-serif", "system-ui", "Helvetica Neue", "liberation sans"),
    "Helvetica-Bold": ("Arial", "Helvetica"),
    "Times-Roman": ("Times New Roman", "serif", "Liberation Serif"),
    "Times-BoldItalic": ("Times", "serif"),
    "Courier": ("Courier New", "monospace", "DejaVu Sans Mono"),
}
WAYS = {
    "attribute": '<text {at} font-family="{f}"{w}>{t}</text>',
    "list": "<text {at} font-family=\"No Such One, '{f}', fantasy\"{w}>{t}</text>",
    "style": "<text {at} style=\"font-family: '{f}'\"{w}>{t}</text>",
    "inherited": "<g style='font-family: {f}, cursive'{w}><text {at}><tspan>{t}</tspan></text></g>",
    "sheet": '<style>/* a */ #g .b &gt; text, i {{fill: #000; font-family: "{f}";}}</style>'
    '<g id="g"><g class="b"><text {at}{w}>{t}</text></g></g>',
    "shorthand": "<text {at} style=\"font:{s} 20px/1.25 '{f}', No Such One\">{t}</text>",
    "important": "<style>text {{font: {s} 20px {f} !important}}</style>"
    '<text {at} font-family="Courier">{t}</text>',
}


def metrics(name: str) -> dict[str, int]:
    """The widths of characters in thousandths, from the font's maker."""
    return {key: int(width) for key, width in CORE_FONT_METRICS[name].character_widths.items()}


def drawn(markup: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60" viewBox="0 0 300 60">'
        f"<rect width='300' height='60' fill='none' stroke='#000'/>{markup}</svg>"
    )


def build(tmp_path: Path, drawings: list[str], *editions: str) -> pipeline.Result:
    source = tmp_path / "well.md"
    lines = ["---", "title: The well", "page_list: false", "---", ""]
    for number, drawing in enumerate(drawings):
        (tmp_path / f"{number}.svg").write_text(drawing, "utf-8")
        lines += [f"![Drawing {number}]({number}.svg)", ""]
    source.write_text("\n".join(lines), "utf-8")
    return pipeline.build(source, editions, out=tmp_path / "out")


def test_text_in_drawings_is_as_wide_as_where_it_was_drawn(tmp_path: Path) -> None:
    drawings, expected = [], []
    for name, families in FAMILIES.items():
        bold, italic = "Bold" in name, "Italic" in name
        says = " font-weight='bold'" * bold + " font-style='italic'" * italic
        short = "italic " * italic + ("bold" if bold else "400")
        widths = metrics(name)
        for family in families:
            for way in WAYS.values() if family == "Times" else (WAYS["attribute"],):
                at = f'x="10" y="40" font-size="{SIZE}"'
                drawings.append(drawn(way.format(at=at, f=family, w=says, s=short, t=TEXT)))
                expected.append((family, way, sum(widths[c] for c in TEXT) * SIZE / 1000))
    result = build(tmp_path, drawings, "handout")
    assert [one.message for one in result.diagnostics] == []
    document = pypdfium2.PdfDocument(tmp_path / "out" / "well" / "well.pdf")
    found = []
    for page in document:
        text = page.get_textpage()
        search = text.search(TEXT)
        while at := search.get_next():
            first, last = text.get_charbox(at[0], loose=True), text.get_charbox(sum(at) - 1, True)
            found.append((last[2] - first[0]) * 96 / 72)
    assert len(found) == len(expected)
    for (family, way, width), measured in zip(expected, found, strict=True):
        assert measured == pytest.approx(width, rel=0.015), (family, way)


def test_drawings_on_screens_bring_the_fonts_that_stand_in(tmp_path: Path) -> None:
    build(tmp_path, [drawn("<text x='9' y='40' font-family='Arial'>Well</text>")], "site", "ebook")
    (on_site,) = (tmp_path / "out" / "well" / "well-site").rglob("0.svg")
    (in_book,) = making.unpacked(tmp_path / "out" / "well" / "well.epub", "0.svg").values()
    brought = [
        re.search(r'@font-face \{ font-family: "Arimo"[^}]*url\(data:font/', drawing) is not None
        for drawing in (on_site.read_text("utf-8"), in_book.decode())
        if 'font-family="Arial,Arimo"' in drawing
    ]
    assert brought == [True, False], "readers of an e-book have their own, unless asked otherwise"


def test_a_font_that_a_drawing_brings_is_used(tmp_path: Path) -> None:
    build(tmp_path, [drawn("<text x='9' y='40' font-family='Courier'>Well</text>")], "site")
    (brought,) = (tmp_path / "out" / "well" / "well-site").rglob("0.svg")
    own = brought.read_text("utf-8").replace("Source Code Pro", "Virgil")
    result = build(tmp_path, [own.replace("Courier,", "")], "handout")
    assert [one.message for one in result.diagnostics] == []
    with pikepdf.open(tmp_path / "out" / "well" / "well.pdf") as pdf:
        names = [str(one.get("/BaseFont")) for one in pdf.objects if hasattr(one, "keys")]
    assert any(name.endswith("Virgil") for name in names)


def test_what_no_font_has_in_a_drawing_is_reported_at_its_place(tmp_path: Path) -> None:
    result = build(tmp_path, [drawn("<text x='9' y='40'>Well \U00012000</text>")], "handout")
    (found,) = result.diagnostics
    assert (found.code, found.line, found.column) == (Code.MISSING_GLYPH.slug, 6, 1)
    assert "0.svg" in found.message


UNSEEN = {
    "nothing": drawn("").replace("stroke='#000'", "stroke='none'"),
    "transparent": drawn("<text x='9' y='40'>Well</text>").replace("<svg", "<svg opacity='0'"),
    "outside": drawn("<path d='M400 400h9' stroke='red'/>").replace("#000", "none"),
}
FINE = drawn("<path d='M9 9h2' stroke='#ddd' stroke-width='.3'/>").replace("stroke='#000'", "")
CHART = '```chart {type=bar caption="Depths, $d$"}\n, metres\nWell, 12\nSpring, 3\n```\n'


HIDING = """
.faint img { opacity: 0 !important }
.narrow img { width: 0 !important; height: 0 !important; min-width: 0 !important }
"""
HIDDEN = f"::: {{.faint}}\n![Faint](red.png)\n\n$$x^2$$\n\n{CHART}:::\n\n"
HIDDEN += f"::: {{.narrow}}\n![Narrow](red.png)\n\n$$x^3$$\n\n{CHART.replace('d', 'e')}:::\n"


def test_what_shows_nothing_in_print_is_found(tmp_path: Path) -> None:
    """Because of what it is, or of styles."""
    for name, drawing in (*UNSEEN.items(), ("fine", FINE)):
        (tmp_path / f"{name}.svg").write_text(drawing, "utf-8")
    for name, colour in (("clear", (0, 0, 0, 0)), ("white", "white"), ("red", "red")):
        Image.new("RGBA", (40, 40), colour).save(tmp_path / f"{name}.png")
    names = [f"{name}.svg" for name in (*UNSEEN, "fine")]
    names += ["clear.png", "white.png", "red.png"]
    text = "\n\n".join(f"![Of {name}]({name})" for name in names)
    text += f"\n\n$$x - 1$$\n\nA dash $-$ and a dot $.$ here.\n\n{CHART}\n{HIDDEN}"
    source = tmp_path / "seen.md"
    source.write_text(f"---\ntitle: W\n---\n\n{text}", "utf-8")
    style = tmp_path / "templates" / "pdf" / "style.css"
    style.parent.mkdir(parents=True)
    style.write_text((TEMPLATES / "pdf" / "style.css").read_text("utf-8") + HIDING, "utf-8")
    options = pipeline.Options(templates=tmp_path / "templates")
    made = pipeline.build(source, ["handout"], out=tmp_path / "out", options=options)
    both = *made.diagnostics, *checked(tmp_path / "out" / "seen" / "seen.pdf").diagnostics
    found = [one.message for one in both if one.code == Code.EMPTY_DRAWING.slug]
    assert [re.findall(r"“(?:Of )?(\w+)", one)[0] for one in found] == [
        *UNSEEN, "clear", "white", "Faint", "x", "Bar", "d", "Narrow", "x", "Bar", "e",
    ]  # fmt: skip
