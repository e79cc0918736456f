"""The edition for printers that have no colours, looked at for colours."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline.package.pdf.colours import grey_of
from tests.helpers import making
from tests.helpers.pdf_drawing import colours
from tests.helpers.pdf_reading import open_pdf

FRONT = """\
---
title: Wells
lang: en
date: 2026-11-24
{options}---

"""

EVERY_COLOUR = """\
## What is *coloured*

A [link](https://example.org/), a ==mark==, a term and $x^2$.

> [!WARNING]
> A box.

| Year | Wells |
|---|--:|
| 2016 | 12 |

- [x] done
- [ ] not yet

```python {.mark-2}
def count(wells: list[str]) -> int:
    return len("wells")  # a remark
```

![A photograph](photograph.jpg)

```chart {type=stacked}
Year, Wells, Pumps, Springs
2016, 12, 3, 4
2021, 31, 5, 2
```

```chart {type=pie}
Source, Households
Well, 12
Pump, 31
```

![A picture with a hole](picture.png)

![A palette](palette.gif)

![A drawing](drawing.svg)
"""

DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">
<defs>
<linearGradient id="l"><stop offset="0" stop-color="#f00"/><stop offset=".5" stop-color="#0f0"/>
<stop offset="1" stop-color="#00f"/></linearGradient>
<radialGradient id="r"><stop offset="0" stop-color="gold"/><stop offset="1" stop-color="teal"/>
</radialGradient>
<pattern id="p" width="4" height="4" patternUnits="userSpaceOnUse">
<rect width="2" height="2" fill="crimson"/></pattern>
</defs>
<rect width="20" height="20" fill="url(#l)"/>
<circle cx="30" cy="10" r="8" fill="url(#r)" opacity=".5"/>
<rect y="20" width="20" height="20" fill="url(#p)" stroke="oklch(60% .2 30)"/>
<path d="M20 20h20v20z" fill="device-cmyk(0 1 1 0)"/>
<text x="22" y="38" font-size="6" fill="#06c">red</text>
</svg>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of all kinds."""
    folder = tmp_path_factory.mktemp("pictures")
    red = Image.new("RGB", (8, 8), (200, 30, 30))
    red.save(folder / "photograph.jpg")
    red.convert("P", palette=Image.Palette.ADAPTIVE).save(folder / "palette.gif")
    hole = Image.new("RGBA", (8, 8), (20, 90, 200, 255))
    hole.putpixel((3, 3), (0, 0, 0, 0))
    hole.save(folder / "picture.png")
    (folder / "drawing.svg").write_text(DRAWING, encoding="utf-8")
    return folder


@functools.cache
def pdf_of(text: str, folder: Path, edition: str = "greyscale") -> bytes:
    document = making.resolved(text, edition, folder)
    assert not [finding for finding in document.diagnostics if finding.is_error]
    return making.without_findings(making.packed(document, folder)).data


BRAND = "theme: modern\nbrand: {accent: '#8a1c1c', footer: A school}\n"
TEXT = FRONT.format(options=BRAND) + EVERY_COLOUR
WITHOUT_CHARTS = TEXT.partition("```chart")[0]


def test_nothing_has_a_colour_but_in_the_handout(folder: Path) -> None:
    for edition in ("greyscale", "greyscale-booklet"):
        assert colours(open_pdf(pdf_of(TEXT, folder, edition))) == set()
    assert {"/DeviceRGB"} < colours(open_pdf(pdf_of(WITHOUT_CHARTS, folder, "handout")))


def test_boxes_tables_code_and_marks_have_no_tint(folder: Path) -> None:
    assert areas(open_pdf(pdf_of(WITHOUT_CHARTS, folder, "handout")))
    assert areas(open_pdf(pdf_of(WITHOUT_CHARTS, folder))) == []


def areas(pdf: pikepdf.Pdf) -> list[tuple[float, float]]:
    """The rectangles that are filled and higher than any rule is thick, in CSS pixels."""
    found, path = [], []
    for page in pdf.pages:
        for instruction in pikepdf.parse_content_stream(page):
            match str(instruction.operator):
                case "re":
                    _, _, width, height = map(float, instruction.operands)
                    path.append((width, abs(height)))
                case "f":
                    found += [size for size in path if min(size) > 12]
                    path = []
                case "f*" | "n" | "S":  # a frame is what is between two rectangles
                    path = []
    return found


def test_holes_stay_and_photographs_stay_small(folder: Path) -> None:
    pdf = open_pdf(pdf_of(TEXT, folder))
    images = [
        thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
    ]
    assert any("/SMask" in image for image in images)
    assert any(image.get("/Filter") == "/DCTDecode" for image in images)


@pytest.mark.parametrize(
    "colour", ["#1f3b57", "#8a1c1c", "#cf8216", "#ffffff", "#000000", "#767676"]
)
def test_a_grey_has_the_contrast_of_its_colour(colour: str) -> None:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    grey = grey_of(red, green, blue)
    before, after = contrast(red, green, blue), contrast(grey, grey, grey)
    assert after >= before - 1e-9
    assert after < before * 1.02


def contrast(*parts: float) -> float:
    """On white (WCAG 2.2)."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (sum(s * p for s, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05)


def test_an_image_stays_upright(tmp_path: Path) -> None:
    """Cameras store pictures on their side, and say so."""
    from pipeline.package.pdf.colours import grey_image

    exif = Image.Exif()
    exif[0x0112] = 6
    output = io.BytesIO()
    Image.new("RGB", (8, 4), (200, 30, 30)).save(output, "JPEG", exif=exif)
    data, kind = grey_image(output.getvalue(), "image/jpeg")
    with Image.open(io.BytesIO(data)) as image:
        assert (kind, image.size, image.mode) == ("image/jpeg", (4, 8), "L")
        assert 0x0112 not in image.getexif()
