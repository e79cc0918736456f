"""The slots of page templates, for the parts of a page that its template does not decide. A
template places them; one that omits a slot is an error."""

from __future__ import annotations

from collections.abc import Mapping

import jinja2
from jinja2 import nodes
from markupsafe import Markup

from pipeline.model.editions import FormatName
from pipeline.model.rendered import POLICY, SCRIPT, STYLES

SLOTS: dict[FormatName, Mapping[str, Markup]] = {
    "html": {"policy": Markup(POLICY), "styles": Markup(STYLES), "script": Markup(SCRIPT)},
    "epub": {
        "styles": Markup("\n").join(
            Markup('<link rel="stylesheet" type="text/css" href="{}"/>').format(file)
            for file in ("style.css", "modern.css")
        )
    },
    "pdf": {},
}
"""The placeholders that templates get for each slot, by its name."""


def check_slots(
    environment: jinja2.Environment, name: str, markup: str, slots: Mapping[str, Markup]
) -> None:
    """Raises `jinja2.TemplateSyntaxError` if the page made by the template ``name`` lacks a slot or
    repeats it, with the position of the head in the template of the whole page."""
    for slot, content in slots.items():
        if markup.count(content) != 1:
            source, name, file = _outermost(environment, name)
            line = next((n for n, text in enumerate(source.split("\n"), 1) if "<head" in text), 1)
            message = f"the head of a page must contain `{{{{ {slot} }}}}` once"
            raise jinja2.TemplateSyntaxError(message, line, name, file)


def _outermost(environment: jinja2.Environment, name: str) -> tuple[str, str, str | None]:
    """The template that ``name`` extends in the end: its text, its name and its file."""
    assert environment.loader is not None
    source, file, _ = environment.loader.get_source(environment, name)
    above = environment.parse(source).find(nodes.Extends)
    if above and isinstance(above.template, nodes.Const):
        return _outermost(environment, above.template.value)
    return source, name, file
