"""Notes in the margin of the web page: the rules that put each beside its reference."""

from __future__ import annotations

import jinja2

from pipeline.model import Document
from pipeline.render.environment import read_text
from pipeline.render.nodes import note_id, reference_id

AROUND = "@supports (anchor-name: --a) { @media screen and (min-width: 80em) {\n%s} }\n"


def side_notes(document: Document, environment: jinja2.Environment) -> str:
    """The styles of the notes, where the front matter asks for them in the margin: a note's
    top is that of the line with its number, or the end of the note before, whichever is
    lower."""
    if document.metadata.notes != "margin" or not document.notes:
        return ""
    rules = []
    for note in document.notes:
        own, line = f"--{note_id(note.number)}", f"--{reference_id(note.number, 1)}"
        top = f"anchor({line} top, 0px)"
        if note.number > 1:
            before = f"--{note_id(note.number - 1)}"
            top = f"max({top}, anchor({before} bottom, 0px) + 0.75rem)"
        rules.append(f"#{line[2:]} {{ anchor-name: {line} }}\n")
        rules.append(f"#{own[2:]} {{ anchor-name: {own}; top: {top} }}\n")
    return read_text(environment, "html/side-notes.css") + AROUND % "".join(rules)
