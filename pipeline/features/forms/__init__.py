"""The fillable edition: form fields over the blanks, lines and boxes that the page has for writing
on paper, so that both have the same page breaks.

Templates mark fields (`asked.FIELD`). Everything visible in an empty form is drawn by the page; the
fields add typed text and ticks.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.features.forms.field_fonts import ONE_LINE, add_fonts, face_for
from pipeline.features.forms.fields import FormField, fields
from pipeline.features.forms.widgets import ONE_OF_SEVERAL, Widgets, places
from pipeline.model.words import words
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.adapter.typesetter import TypesetPage

BUTTONS = frozenset({"one", "several", "task"})


def add_form(pages: list[TypesetPage], pdf: PDF, root: Element) -> dict[Any, Dictionary]:
    """Put an interactive form into a painted PDF whose pages were laid out from ``root``. Returns
    the annotations by their boxes."""
    lang = root.get("lang", "en")
    of_elements = fields(root, words(lang)["list_separator"])
    placed = list(places(pages, of_elements))
    if not placed:
        return {}
    widgets = Widgets(pdf)
    tree = _Tree(pdf)
    annotations: dict[Any, Dictionary] = {}
    counts, parts = Counter(place.element for place in placed), Counter[Element]()
    for place in placed:
        field = of_elements[place.element]
        name, tip = field.name, field.tip
        if counts[place.element] > 1:  # it spans columns or pages
            parts[place.element] += 1
            part = parts[place.element]
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
        self._place(name, widget)

    def _group(self, name: tuple[str, ...]) -> Dictionary:
        group = self._groups.get(name)
        if group is None:
            group = Dictionary({"T": String(name[-1]), "Kids": Array()})
            self._pdf.add_object(group)
            self._groups[name] = group
            self._place(name, group)
        return group

    def _place(self, name: tuple[str, ...], field: Dictionary) -> None:
        if len(name) > 1:
            self._join(self._group(name[:-1]), field)
        else:
            self.tops.append(field.reference)

    @staticmethod
    def _join(group: Dictionary, kid: Dictionary) -> None:
        kid["Parent"] = group.reference
        group["Kids"].append(kid.reference)
