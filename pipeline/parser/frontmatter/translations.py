"""Front matter about other languages: where the publication is to be read in them."""

from __future__ import annotations

from pipeline.codes import Code
from pipeline.metadata import Translation
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.publication import address
from pipeline.parser.frontmatter.values import Report, Schema, language, parsed
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar

TRANSLATIONS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*$"},
    "additionalProperties": {
        "type": "string",
        "format": "uri",
        "description": "The address of the translation's page.",
    },
}


def translations(node: Node, report: Report, key: str) -> tuple[Translation, ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `de: https://…`, on a line of its own."
        report.wrong(key, "translations need languages and addresses.", node.place, hint)
        return ()
    found: dict[str, Translation] = {}
    for written, value in node.entries:
        lang = parsed(language)(written, report, key)
        if isinstance(value, Scalar) and value.is_empty:
            hint = f"Write `{shorten(written.text)}: https://…`."
            report.wrong(key, f"`{shorten(written.text)}` has no address.", written.place, hint)
            continue
        href = parsed(address)(value, report, key)
        if lang in found:
            message = f"`{lang}` is given twice in `{key}`."
            report.add(Code.DUPLICATE_KEY, message, written.place, "Keep one of them.")
        elif lang and href:
            found[lang] = Translation(lang, href)
    return tuple(found.values())
