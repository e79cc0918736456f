"""Wide displayed formulas in lines, broken before relations or, if need be, before additions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
RELATIONS = frozenset("=≠<>≤≥≈≡∼≃≅∝→⇒⇔⟹⟺∈⊂⊆")
ADDITIONS = frozenset("+−-±∓")

INDENT = "2em"
"""The indentation of all lines but the first."""

Measure = Callable[[str], float]
"""A function for the width of a formula."""

register_namespace("", NAMESPACE)


def in_lines(mathml: str, room: float, measure: Measure) -> str:
    """The formula in lines no wider than ``room``, as far as it has places to break."""
    root = fromstring(mathml)
    row = root
    while len(row) == 1 and _name(row[0]) in ("mrow", "mstyle"):
        row = row[0]
    for signs in (RELATIONS, RELATIONS | ADDITIONS):
        lines = _filled(list(_pieces(row, signs)), root, room, measure)
        if all(measure(_formula(root, line)) <= room for line in lines):
            break
    if len(lines) < 2:
        return mathml
    return _formula(root, [_table(lines)])


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _pieces(row: Element, signs: frozenset[str]) -> Iterator[list[Element]]:
    """The parts of a row, all but the first beginning with a sign."""
    piece: list[Element] = []
    for child in row:
        text = (child.text or "").strip()
        # A sign at the beginning, or after another, belongs to the next operand.
        after_term = len(piece) > 1 or (bool(piece) and _name(piece[-1]) != "mo")
        if _name(child) == "mo" and text in signs and after_term:
            yield piece
            piece = []
        piece.append(child)
    yield piece


def _filled(
    pieces: list[list[Element]], root: Element, room: float, measure: Measure
) -> list[list[Element]]:
    """The parts in as few lines as they need."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = [*lines[-1], *piece]
        if measure(_formula(root, longer)) <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _table(lines: list[list[Element]]) -> Element:
    table = Element(f"{{{NAMESPACE}}}mtable", {"columnalign": "left", "displaystyle": "true"})
    for number, line in enumerate(lines):
        cell = SubElement(SubElement(table, f"{{{NAMESPACE}}}mtr"), f"{{{NAMESPACE}}}mtd")
        if number:
            SubElement(cell, f"{{{NAMESPACE}}}mspace", {"width": INDENT})
        cell.extend(map(deepcopy, line))
    return table


def _formula(root: Element, children: list[Element]) -> str:
    formula = Element(root.tag, root.attrib)
    formula.extend(map(deepcopy, children))
    return tostring(formula, encoding="unicode")
