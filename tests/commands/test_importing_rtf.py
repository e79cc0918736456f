"""Rich Text becomes a source, whatever program wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.commands.importing.draft import Changes
from pipeline.commands.importing.inputs import import_file
from tests.commands.test_importing import body, imported, picture, told

TEXT_EDIT = r"""{\rtf1\ansi\ansicpg1252\cocoartf2709
{\fonttbl\f0\fswiss\fcharset0 Helvetica-Bold;\f1\fswiss\fcharset0 Helvetica;}
{\colortbl;\red255\green255\blue255;}{\*\expandedcolortbl;;}
{\*\listtable{\list\listtemplateid1{\listlevel\levelnfc23{\leveltext\'01\uc0\u8226 ;}}}}
\pard\tx566\f0\b\fs36 \cf0 The wells of the north\
\f1\b0\fs24 \
Caf\'e9 and na\'efve \'97 \'93quoted\'94. It is {\i very} cold, and \ul old\ulnone .\
\pard\li720\fi-720\ls1\ilvl0\cf0 {\listtext	\uc0\u8226 	}a rope\
\ls1\ilvl1{\listtext	\uc0\u8259 	}of hemp\
\ls1\ilvl0{\listtext	\uc0\u8226 	}two men\
\pard\cf0 \
\f0\b\fs28 What it costs\
\f1\b0\fs24 See {\field{\*\fldinst{HYPERLINK "https://example.org/a"}}{\fldrslt the list}}.
\uc0\u55357 \u56898 \{x\}\
}"""

WORD_PAD = r"""{\rtf1\ansi\ansicpg1251\deff0\deflang1049{\fonttbl{\f0\fnil\fcharset204 Calibri;}
{\f1\fnil\fcharset2 Symbol;}}{\*\generator Riched20 10.0.19041}\viewkind4\uc1
\pard\sa200\b\f0\fs32\lang1049 \'c2\'ee\'e4\'e0\b0\fs22\par
\'d0\'e5\'ea\'e0 x\super 2\nosupersub .\par
\pard{\pntext\f1\'B7\tab}{\*\pn\pnlvlblt\pnf1{\pntxtb\'B7}}\fi-360\li720 \'ee\'e4\'e8\'ed\par
{\pntext\f1\'B7\tab}\'e4\'e2\'e0\par
}"""

WORD = r"""{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}{\stylesheet{\s0 Normal;}{\s1 heading 1;}
{\s2 heading 2;}{\s3 Title;}{\s4 Quote;}{\s5 caption;}{\*\cs9 Hyperlink;}}
{\info{\title The well}{\author Ann Ash;Ben Birch}{\keywords water, rope}{\subject Wells}}
{\header\pard A head\par}\pard\s3\lang2057 The well\par
\pard\s1 Depth\par
\pard It is {\b deep}.{\super\chftn{\*\footnote\pard\chftn  Since {\i 1962}.}} H{\sub 2}O.
{\*\atnauthor Ben}{\*\annotation\pard Ask again.}{\v secret }
{ The }{\deleted old }{\revised new }rope.\par
\pard\s4 A quotation.\par
\pard{\listtext 1.\tab}\ls2 one\par
\pard{\listtext 2.\tab}\ls2 two\par
\pard\s5 Table {\field{\*\fldinst SEQ Table}{\fldrslt 1}}: Depths\par
\trowd\trhdr\cellx1000\cellx3000\pard\intbl Year\cell Depth\cell\row
\trowd\clvmgf\cellx1000\cellx2000\cellx3000\pard\intbl 2016\cell 11\cell 12\cell\row
\trowd\clvmrg\cellx1000\cellx2000\cellx3000\pard\intbl\cell 13\cell 14\cell\row
\pard\page\s2 Pump\par
\pard{\*\shppict{\pict{\*\picprop{\sp{\sn wzDescription}{\sv A red box}}}\pngblip PICTURE}}
{\nonshppict{\pict\wmetafile8 0100}}\par
\pard{\pict\wmetafile8 0100}{\shp{\*\shpinst{\shptxt\pard In a box.\par}}}After.\par
}"""


def rtf(path: Path, text: str) -> None:
    path.write_bytes(text.replace("PICTURE", picture().hex()).encode("latin-1"))


def test_text_edit(tmp_path: Path) -> None:
    """Headings by type size, if no style identifies them; lists by their markers."""
    rtf(tmp_path / "a.rtf", TEXT_EDIT)
    made = imported(tmp_path / "a.rtf")
    assert made.title == "The wells of the north"
    assert body(made) == (
        "Café and naïve — “quoted”. It is *very* cold, and <u>old</u>.\n\n"
        "- a rope\n  - of hemp\n- two men\n\n"
        "## What it costs\n\nSee [the list](https://example.org/a).🙂\\{x}"
    )


def test_word_pad(tmp_path: Path) -> None:
    """Other encodings, and lists as they were once written."""
    rtf(tmp_path / "a.rtf", WORD_PAD)
    made = imported(tmp_path / "a.rtf")
    assert made.text.startswith("---\ntitle: Вода\nlang: ru-RU\n---\n")
    assert body(made) == "Река x<sup>2</sup>.\n\n- один\n- два"


SETTLED = {
    "accept": "The new rope.",
    "reject": "The old rope.",
    "keep": "The ~~old~~ <ins>new </ins>rope.",
}


@pytest.mark.parametrize("changes", SETTLED)
def test_word(changes: Changes, tmp_path: Path) -> None:
    """Styles, notes, comments, changes, tables with spans, images, boxes, and the properties."""
    rtf(tmp_path / "a.rtf", WORD)
    made = import_file(tmp_path / "a.rtf", changes)
    assert made.text.startswith(
        "---\ntitle: The well\nauthors:\n- Ann Ash\n- Ben Birch\nlang: en-GB\n"
        "description: Wells\nkeywords:\n- water\n- rope\n---\n"
    )
    assert body(made) == (
        f"## Depth\n\nIt is **deep**.[^1] H<sub>2</sub>O. {SETTLED[changes]}\n\n"
        "<!-- Ben: Ask again. -->\n\n> A quotation.\n\n1. one\n2. two\n\n"
        "::: table Depths\n<table>\n<thead>\n<tr>\n"
        '<th scope="col">Year</th>\n<th scope="col" colspan="2">Depth</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td rowspan="2">2016</td>\n'
        "<td>11</td>\n<td>12</td>\n</tr>\n"
        "<tr>\n<td>13</td>\n<td>14</td>\n</tr>\n</tbody>\n</table>\n:::\n\n"
        "\\newpage\n\n### Pump\n\n![A red box](images/a/a-red-box.png)\n\n"
        "After.\n\n::: sidebar\nIn a box.\n:::\n\n[^1]: Since *1962*."
    )
    words = {"accept": "accepted", "reject": "rejected", "keep": "kept, as `<ins>` and `~~`"}
    assert told(made)[:4] == [
        f"2 tracked changes are {words[changes]}.",
        "Hidden content (1 word) is left out.",
        "1 image left out, in a Windows format: save what you need as .png.",
        "The header or footer “A head” is left out: editions have their own.",
    ]
    fewer = [row.name for row in made.ledger if row.in_source < row.in_input]
    reported = ["tracked changes", "headers and footers"]
    assert fewer == (reported[1:] if changes == "keep" else reported)


NESTED = r"""{\rtf1\ansi\pard Questions:\par
\pard{\listtext a)\tab}one\par\pard{\listtext b)\tab}two\par
\pard{\listtext (i)\tab}three\par
\trowd\cellx2000\cellx6000\pard\intbl Year\cell Depth\cell\row
\trowd\cellx2000\cellx6000\pard\intbl 2021\cell\pard\intbl Before\par
\pard\intbl\itap2 dry\nestcell\pard\intbl\itap2 wet\nestcell
{\*\nesttableprops\trowd\cellx3000\cellx6000\nestrow}{\nonesttables\par}
\pard\intbl\itap2 9 m\nestcell\pard\intbl\itap2 12 m\nestcell
{\*\nesttableprops\trowd\cellx3000\cellx6000\nestrow}{\nonesttables\par}
END\pard After.\par}"""


@pytest.mark.parametrize("end", ["\\pard\\intbl\\cell\\row\n", ""])
def test_tables_in_tables(end: str, tmp_path: Path) -> None:
    """A table in a cell, and lists that count in letters; LibreOffice leaves out the end of a row
    that ends with a table."""
    rtf(tmp_path / "a.rtf", NESTED.replace("END", end))
    made = imported(tmp_path / "a.rtf")
    assert body(made) == (
        "Questions:\n\na) one\nb) two\n\n<!-- -->\n\n(i) three\n\n::: table\n- - Year\n  - Depth\n"
        "- - 2021\n\n  - Before\n\n    | dry | wet  |\n    |-----|------|\n    | 9 m | 12 m |\n:::"
        "\n\nAfter."
    )


CITING = r"""{\rtf1\ansi\pard Few {\field{\*\fldinst ADDIN ZOTERO_ITEM CSL_CITATION
 \{"citationItems":[\{"itemData":\{"type":"book","title":"People","author":[\{"family":"Bales"\}]\}\}]\}}
{\fldrslt (Bales)}} know{\xe Water:wells} that.\par
{\field{\*\fldinst ADDIN ZOTERO_BIBL CSL_BIBLIOGRAPHY}{\fldrslt Bales. People.}}\par}"""


def test_citations(tmp_path: Path) -> None:
    """Zotero's fields become citations, and index marks are kept."""
    rtf(tmp_path / "a.rtf", CITING)
    made = imported(tmp_path / "a.rtf")
    assert body(made) == (
        'Few [@bales] know[]{.index entry="Water!wells"} that.\n\n::: bibliography\n:::'
    )
    assert list(made.images) == ["a.references.json"]
    assert all(row.in_source >= row.in_input for row in made.ledger)


@pytest.mark.parametrize("text", ["", "Some text.", "{\\rtf1" + "{" * 1000])
def test_broken(text: str, tmp_path: Path) -> None:
    rtf(tmp_path / "a.rtf", text)
    found = told(import_file(tmp_path / "a.rtf"))
    assert found == ["This is not a Rich Text file, or it is damaged."]


def test_damaged(tmp_path: Path) -> None:
    """However a text is damaged, it is read or reported."""
    rtf(tmp_path / "a.rtf", WORD)
    data = (tmp_path / "a.rtf").read_bytes()
    for number in range(30):
        broken = bytearray(data)
        for at in range(number % 7 + 1):
            broken[(number * 977 + at * 331) % len(data)] ^= 0x55
        (tmp_path / "b.rtf").write_bytes(broken[: len(data) - number * 26])
        import_file(tmp_path / "b.rtf")


def test_subtitle_and_figure(tmp_path: Path) -> None:
    """A subtitle is metadata, a box of an image and its caption a figure; the language is the
    declared one if the text has none."""
    box = (
        r"\par\pard{\shp{\*\shpinst{\shptxt\pard{\*\shppict{\pict{\*\picprop{\sp{\sn wzDescription}"
    )
    box += r"{\sv A red box}}}\pngblip PICTURE}}Figure 1: The pump\par}}}Text.\par}"
    head = r"{\rtf1\ansi\deflang2057{\stylesheet{\s3 Title;}{\s4 Subtitle;}}\pard\s3 The well\par"
    rtf(tmp_path / "a.rtf", head + r"\pard\s4 A report" + box)
    made = imported(tmp_path / "a.rtf")
    assert "title: The well\nsubtitle: A report\nlang: en-GB\n" in made.text
    assert body(made) == 'Text.\n\n![A red box](images/a/a-red-box.png "The pump")'


def test_sizes_of_images(tmp_path: Path) -> None:
    """A small image stays in its line, and a large one is a paragraph."""
    image = "{\\pict\\picwgoal%d\\picscalex50\\pngblip PICTURE}"
    rtf(tmp_path / "a.rtf", "{\\rtf1 Red " + image % 1701 + " box.\\par " + image % 9072 + "Box.}")
    assert body(imported(tmp_path / "a.rtf")) == (
        "Red ![](images/a/image-1.png){.decorative width=1.5cm} box.\n\n"
        "![](images/a/image-2.png){.decorative}\n\nBox."
    )


def test_colours_and_columns(tmp_path: Path) -> None:
    """Colours of text are reported, except of headings, links and greys; so are columns."""
    table = "{\\colortbl;\\red255\\green0\\blue0;\\red90\\green90\\blue90;}"
    styles = "{\\stylesheet{\\s1 heading 1;}}\\cols2"
    link = '{\\cf1{\\field{\\*\\fldinst HYPERLINK "https://example.org"}{\\fldrslt more}}}'
    text = f"\\pard\\s1{{\\cf1 Depth}}\\par\\pard {{\\cf1 Very}} {{\\cf2 deep}}, {link}.\\par"
    rtf(tmp_path / "a.rtf", f"{{\\rtf1{table}{styles}{text}}}")
    found = told(imported(tmp_path / "a.rtf"))
    assert "The colours of text are left out, as of “Very”." in found
    assert "Text in 2 columns becomes text in one; `::: columns 2` makes them." in found


def test_libre_office(tmp_path: Path) -> None:
    """LibreOffice raises and lowers letters by heights, and links to bookmarks."""
    link = '{\\field{\\*\\fldinst HYPERLINK "#deep"}{\\fldrslt below}}'
    heading = "{\\*\\bkmkstart deep}{\\*\\bkmkend deep}How deep"
    styles = "{\\stylesheet{\\s1 heading 1;}}"
    text = f"m{{\\up8 2}} H{{\\dn2 2}}O {link}.\\par\\pard\\s1 {heading}\\par\\pard Very.\\par"
    rtf(tmp_path / "a.rtf", f"{{\\rtf1{styles}\\pard {text}}}")
    assert body(imported(tmp_path / "a.rtf")) == (
        "m<sup>2</sup> H<sub>2</sub>O [below](#how-deep).\n\n## How deep\n\nVery."
    )


def test_page_breaks_of_paragraphs(tmp_path: Path) -> None:
    """A paragraph that begins a page does so in the source."""
    text = r"{\rtf1\pard\pagebb First.\par Second.\par\pard Third.\par\pard\pagebb0 Last.\par}"
    rtf(tmp_path / "a.rtf", text)
    assert body(imported(tmp_path / "a.rtf")) == "First.\n\n\\newpage\n\nSecond.\n\nThird.\n\nLast."
