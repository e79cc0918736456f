"""The style sheets, the faces and the script of a page: common ones for its format, and those for
the constructs that it contains.

The web page is complete without its script. Each part of the script is independent and adds a
convenience.
"""

from __future__ import annotations

from collections.abc import Iterable

import jinja2

from pipeline.model import Asset, Document
from pipeline.model.editions import FormatName
from pipeline.model.faces import DRAWING_FACES, FACES, MATH_FACE, own_faces
from pipeline.model.rendered import Face, Style
from pipeline.model.sheet.colours import night_rules
from pipeline.model.writing_systems import fonts_for
from pipeline.render.environment import read_text
from pipeline.render.node_markup import note_id, reference_id


def drawing_faces(assets: Iterable[Asset]) -> tuple[Face, ...]:
    """The further faces for text in drawings, and those for their scripts."""
    drawings = [asset.data for asset in assets if asset.is_drawing and asset.data]
    faces = (
        face for face in DRAWING_FACES if any(face.family.encode() in data for data in drawings)
    )
    text = "".join(data.decode() for data in drawings)
    return (*faces, *(face for font in fonts_for(text) for face in font.faces))


def screen_faces(document: Document) -> tuple[Face, ...]:
    """The faces that a web page or an e-book may need."""
    document_faces = own_faces(document.metadata)
    return (*FACES, MATH_FACE, *document_faces, *drawing_faces(document.assets))


def construct_styles(
    environment: jinja2.Environment, format_name: FormatName, constructs: Iterable[str]
) -> tuple[Style, ...]:
    """The styles of some constructs, the shared before the format's own."""
    return tuple(
        Style(f"{folder}-{name}.css" if folder != "shared" else f"{name}.css", css)
        for name in constructs
        for folder in ("shared", format_name)
        if (css := _read(environment, f"{folder}/{name}.css"))
    )


DARK = "screen and (prefers-color-scheme: dark)"
"""The condition for a dark page's colours, unless the reader chooses otherwise."""


def dark_style(environment: jinja2.Environment, constructs: Iterable[str], accent: str) -> Style:
    """All colours of dark mode: the page's, its constructs' and its publisher's."""
    parts = [_read(environment, f"html/dark/{name}.css") for name in ("style", *constructs)]
    return Style("dark.css", "\n".join(filter(None, (*parts, night_rules(accent)))), media=DARK)


def script(environment: jinja2.Environment, constructs: Iterable[str]) -> str:
    """The parts of the script for a page's constructs, in a scope of their own; the first one, for
    all pages, has what the others use."""
    parts = (_read(environment, f"html/{name}.js").strip() for name in constructs)
    code = "\n".join(filter(None, parts))
    return f'"use strict";\n(() => {{\n{code}\n}})();\n'


def _read(environment: jinja2.Environment, name: str) -> str:
    try:
        return read_text(environment, name)
    except jinja2.TemplateNotFound:
        return ""


AROUND = "@supports (anchor-name: --a) { @media screen and (min-width: 80em) {\n%s} }\n"


def side_notes(document: Document, environment: jinja2.Environment) -> str:
    """The styles of the notes, where the front matter asks for them in the margin: a note's
    top is that of the line with its number, or the end of the note before, whichever is
    lower."""
    if document.metadata.notes != "margin" or not document.notes:
        return ""
    rules = []
    for note in document.notes:
        anchor, line = f"--{note_id(note.number)}", f"--{reference_id(note.number, 1)}"
        top = f"anchor({line} top, 0px)"
        if note.number > 1:
            before = f"--{note_id(note.number - 1)}"
            top = f"max({top}, anchor({before} bottom, 0px) + 0.75rem)"
        rules.append(f"#{line[2:]} {{ anchor-name: {line} }}\n")
        rules.append(f"#{anchor[2:]} {{ anchor-name: {anchor}; top: {top} }}\n")
    return read_text(environment, "html/side-notes.css") + AROUND % "".join(rules)
