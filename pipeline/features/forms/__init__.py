"""The fillable edition: form fields over the blanks, lines and boxes that the page has for writing
on paper, so that both have the same page breaks.

Templates mark fields (`asked.FIELD`). Everything visible in an empty form is drawn by the page; the
fields add typed text and ticks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.features.forms.field_fonts import ONE_LINE, add_fonts, face_for
from pipeline.features.forms.fields import FormField, fields
from pipeline.features.forms.widgets import ONE_OF_SEVERAL, FieldArea, Widgets, places
from pipeline.model.words import words
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage

BUTTONS = frozenset({"one", "several", "task"})


class _Placed(NamedTuple):
    """A field at a position, with the endings of its name and tooltip if it is one of several
    parts."""

    place: FieldArea
    field: FormField
    part: int


def add_form(pages: list[TypesetPage], pdf: PDF, root: Element) -> dict[Any, Dictionary]:
    """Put an interactive form into a painted PDF whose pages were laid out from ``root``. Returns
    the annotations by their boxes."""
    lang = root.get("lang", "en")
    of_elements = fields(root, words(lang)["list_separator"])
    pairs = [(place, of_elements[place.element]) for place in places(pages, of_elements)]
    placed = _parts(pairs)
    if not placed:
        return {}
    widgets = Widgets(pdf)
    tree = _Tree(pdf)
    annotations: dict[Any, Dictionary] = {}
    for place, field, part in placed:
        name, tip = field.name, field.tip
        if part:
            name, tip = (*name[:-1], f"{name[-1]}-{part}"), f"{tip} ({part})"
        if field.kind in BUTTONS:
            widget = widgets.button(place, field)
        else:
            widget = widgets.text(place, field.kind)
        widget["TU"] = String(tip)
        pdf.add_object(widget)
        tree.add(name, widget, field)
        annotations[place.box] = widget
    resources = add_fonts(pdf, face_for("".join(root.itertext())))
    pdf.catalog["AcroForm"] = Dictionary(
        {
            "Fields": Array(tree.tops),
            "DR": Dictionary({"Font": resources}),
            "DA": String(f"/{ONE_LINE} 0 Tf 0 g"),
        }
    )
    return annotations


def _parts(fields: Iterable[tuple[FieldArea, FormField]]) -> list[_Placed]:
    """The fields, with numbered parts for those that span columns or pages."""
    fields = list(fields)
    count = Counter(place.element for place, _ in fields)
    seen: Counter[Element] = Counter()
    placed = []
    for place, field in fields:
        seen[place.element] += 1
        part = seen[place.element] if count[place.element] > 1 else 0
        placed.append(_Placed(place, field, part))
    return placed


class _Tree:
    """The hierarchy of the fields' names. `tops` are references to the highest ones."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf
        self._groups: dict[tuple[str, ...], Dictionary] = {}
        self.tops: list[bytes] = []

    def add(self, name: tuple[str, ...], widget: Dictionary, field: FormField) -> None:
        if field.state:  # the field is the group, and the widget but a button of it
            group = self._group(name)
            if "FT" not in group:
                group.update({"FT": "/Btn", "Ff": ONE_OF_SEVERAL, "V": "/Off"})
                group["TU"] = String(field.choice)
            self._join(group, widget)
            return
        widget["T"] = String(name[-1])
        if len(name) > 1:
            self._join(self._group(name[:-1]), widget)
        else:
            self.tops.append(widget.reference)

    def _group(self, name: tuple[str, ...]) -> Dictionary:
        group = self._groups.get(name)
        if group is None:
            group = Dictionary({"T": String(name[-1]), "Kids": Array()})
            self._pdf.add_object(group)
            self._groups[name] = group
            if len(name) > 1:
                self._join(self._group(name[:-1]), group)
            else:
                self.tops.append(group.reference)
        return group

    @staticmethod
    def _join(group: Dictionary, kid: Dictionary) -> None:
        kid["Parent"] = group.reference
        group["Kids"].append(kid.reference)
