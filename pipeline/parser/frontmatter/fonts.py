"""Fonts that the front matter brings."""

from __future__ import annotations

from pipeline.metadata import OwnFont
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.paths import is_inside
from pipeline.parser.frontmatter.values import FLAG, Report, Schema, Shape, flag, one_or_list, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Sequence

SUFFIXES = (".otf", ".ttf", ".woff", ".woff2")

PATH: Schema = {"type": "string", "pattern": r"\.(otf|ttf|woff2?)$"}
FONT = Shape(
    "a font",
    {
        "file": PATH | {"description": "A font in the source's folder."},
        "obfuscate": FLAG
        | {"description": "Whether its licence asks that nobody can take it out of the e-book."},
    },
    required=("file",),
)
FONTS = one_or_list({"anyOf": [PATH, FONT.schema()]})


def fonts(node: Node, report: Report, key: str) -> tuple[OwnFont, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    found = (_font(item, report, key) for item in items)
    return tuple(font for font in found if font)


def _font(node: Node, report: Report, key: str) -> OwnFont | None:
    values = {"file": node}
    if isinstance(node, Mapping):
        values = FONT.read(node, report, key) or {}
    if "file" not in values:
        return None
    path, place = text(values["file"], report, key), values["file"].place
    if not path or not is_inside(path, place, report, "font"):
        return None
    if not path.lower().endswith(SUFFIXES):
        hint = "Give an OpenType, TrueType or WOFF file."
        report.wrong(key, f"`{shorten(path)}` is no font.", place, hint)
        return None
    obfuscate = "obfuscate" in values and flag(values["obfuscate"], report, key)
    return OwnFont(path, line=place.line, column=place.column, obfuscated=bool(obfuscate))
