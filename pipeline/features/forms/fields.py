"""The names and tooltips of fields, derived from the markup that students get, so that they reveal
no more than the page does.

A name goes from the whole to the part: `exercise-3` and `blank-2`. It includes the exercise's own
id, if any, so that it does not change when exercises are added.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, get_args
from xml.etree.ElementTree import Element

from pipeline.model.print_marks import FIELD, SPOKEN, FieldKind
from pipeline.model.tree import BLANK
from pipeline.model.words.writing_conventions import small_letters
from pipeline.package.pdf.print_markup import BLOCKS, classes
from pipeline.package.pdf.structure_roles import is_hidden

NAMES = {"one": "choice", "several": "choice", "match": "matching", "order": "ordering"}
"""The prefixes of field names that differ from their kind."""

OUTSIDE = "text"
"""The prefix of the names of fields outside exercises."""

OF_STUDENT = frozenset({"name", "class", "date", "grade"})
PARTS = {"one": "choices", "several": "choices", "match": "matching", "order": "ordering"}
"""Elements that are one of several, and the class of their container."""

HERE = "\0"
GAP, OTHER = "___", "…"
BEFORE, AFTER = 90, 50
"""Characters of the text around a field that its description has at most."""

SHOWN = frozenset({"table", "figure", "pre"})
"""Elements between a question and the space for its answer that are not part of the question."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class FormField(NamedTuple):
    """Something to fill in. ``name`` are the parts of its name, and ``tip`` is its question. In
    a group of which one is chosen, ``state`` is the letter, and ``choice`` the question of the
    group."""

    kind: str
    name: tuple[str, ...]
    tip: str
    state: str = ""
    choice: str = ""


def fields(root: Element, comma: str) -> dict[Element, FormField]:
    """The fields of the markup, in order. ``comma`` separates the parts of a tooltip."""
    return dict(_Reader(root, comma).fields())


class _Reader:
    def __init__(self, root: Element, comma: str) -> None:
        self._root = root
        self._comma = comma
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._index = {child: at for parent in root.iter() for at, child in enumerate(parent)}
        self._merged: dict[Element, bool] = {}
        self._exercises: dict[Element, str] = {}
        self._groups: dict[Element, int] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._taken: set[str] = set()
        self._outside = self._unique(OUTSIDE)

    def fields(self) -> Iterator[tuple[Element, FormField]]:
        for element in self._root.iter():
            if "exercise" in classes(element):
                self._exercises[element] = self._unique(self._name(element).replace(".", "-"))
            kind = element.get(FIELD, "")
            if kind not in get_args(FieldKind):
                continue
            exercise = self._nearest(element, "exercise")
            if kind != "cell" or exercise is not None:  # others may be meant to stay empty
                yield element, self._field(element, kind, exercise)

    def _name(self, exercise: Element) -> str:
        """An exercise's id, or else its number; those without either are counted."""
        if name := exercise.get("id"):
            return name
        label = _label_and_title(exercise)[0]
        if number := "".join(character for character in label if character.isdigit()):
            return f"exercise-{number}"
        return f"question-{self._number((), 'question')}"

    def _field(self, element: Element, kind: str, exercise: Element | None) -> FormField:
        whole = (self._exercises[exercise] if exercise is not None else self._outside,)
        stem = NAMES.get(kind, kind)
        title = _label(exercise)
        if kind in OF_STUDENT:
            return FormField(kind, (self._unique(stem),), _text(self._parents[element], None))
        group = self._nearest(element, PARTS[kind]) if kind in PARTS else None
        if group is None:
            number = self._number(whole, stem)
            part = f"{stem}-{number}"
            name = (*whole, part)
            hidden = _hidden_text(element)
            counted = f"{hidden} {number}" if kind == "blank" else hidden
            return FormField(kind, name, self._tip((title, counted), self._question(element, kind)))
        number = self._groups.setdefault(group, 0) or self._number(whole, stem)
        self._groups[group] = number
        part = f"{stem}-{number}"
        name = (*whole, part)
        item = self._parents[element]
        if kind in ("match", "order"):
            index = self._number((*name, ""), "item")
            hidden = f"{_hidden_text(element)} {index}"
            return FormField(
                kind, (*name, str(index)), self._tip((title, hidden), _short(_text(item, None)))
            )
        letter = small_letters(self._number((*name, ""), "item") - 1, self._root.get("lang", ""))
        prompt = _prompt(group) or self._before(group)
        asks, hidden = self._tip((title,), prompt), _short(_text(item, None))
        tip = f"{asks} {letter}: {hidden}" if prompt else self._tip((title, letter), hidden)
        if kind == "one":
            return FormField(kind, name, tip, letter, asks)
        return FormField(kind, (*name, letter), tip)

    def _number(self, path: tuple[str, ...], stem: str) -> int:
        key = ("\0".join(path), stem)
        self._counts[key] += 1
        return self._counts[key]

    def _unique(self, name: str) -> str:
        """The name, with a number if it is taken."""
        names = itertools.chain((name,), (f"{name}-{n}" for n in itertools.count(2)))
        free = next(candidate for candidate in names if candidate not in self._taken)
        self._taken.add(free)
        return free

    def _nearest(self, element: Element, name: str) -> Element | None:
        parent = self._parents.get(element)
        while parent is not None and name not in classes(parent):
            parent = self._parents.get(parent)
        return parent

    # --- what is asked ----------------------------------------------------------------------

    def _tip(self, parts: tuple[str, ...], question: str) -> str:
        head = self._comma.join(part for part in parts if part)
        return f"{head}: {question}" if head and question else head or question

    def _question(self, element: Element, kind: str) -> str:
        """The text around a field; if it is alone, the headers of its cell, or the question before
        it."""
        if kind == "task":
            text, heads = _short(_text(self._parents[element], None)), self._heads(element)
            return self._tip((self._comma.join(heads),), text)
        if kind in ("lines", "space"):
            return self._before(element)
        block = element
        while block.tag not in BLOCKS and block in self._parents:
            block = self._parents[block]
        before, _, after = _text(block, element).partition(HERE)
        around = ""
        if any(character.isalnum() for character in before + after):
            around = f"{_short_end(before)}{GAP}{_short(after, AFTER)}"
        heads = self._heads(element)
        if heads:
            return self._tip((self._comma.join(heads),), around)
        return around or self._before(element)

    def _heads(self, element: Element) -> list[str]:
        """The headers of a field's row and column, in a table without merged cells."""
        cell = element
        while cell.tag not in ("td", "th") and cell in self._parents:
            cell = self._parents[cell]
        row = self._parents.get(cell)
        if row is None:
            return []
        table = self._parents[self._parents[row]]
        if table not in self._merged:
            cells = (inner for inner in table.iter() if inner.tag in ("td", "th"))
            self._merged[table] = any(c.get("colspan") or c.get("rowspan") for c in cells)
        if self._merged[table]:
            return []
        at = self._index[cell]
        heads = [_text(row[0], None)] if at else []
        head = table.find("thead/tr")
        if head is not None and head is not row and at < len(head):
            heads.append(_text(head[at], None))
        return [_short(text) for text in heads if text.strip(f"{OTHER} ")]

    def _before(self, element: Element) -> str:
        """The nearest text before an element, within its exercise."""
        node = element
        while (parent := self._parents.get(node)) is not None:
            run = ""
            for at in range(self._index[node] - 1, -1, -1):
                sibling = parent[at]
                run = f"{sibling.tail or ''}{run}"
                asks_nothing = sibling.tag in SHOWN or "exercise-title" in classes(sibling)
                text = "" if asks_nothing else _text(sibling, None)
                if sibling.tag in BLOCKS or sibling.tag in HEADINGS:
                    if preceding := run.strip() or text.strip(f"{OTHER} "):
                        return _short(preceding)
                else:
                    run = text + run
            if preceding := f"{parent.text or ''}{run}".strip():
                return _short(preceding)
            if "exercise" in classes(parent):
                return _title(parent)
            node = parent
        return ""


def _label(exercise: Element | None) -> str:
    """The label of an exercise: its number, or else its title."""
    label_and_title = _label_and_title(exercise)
    return _short(label_and_title[0] or label_and_title[1]).rstrip(".:。：")


def _title(exercise: Element) -> str:
    """The title of an exercise that has a number as well."""
    label, title = _label_and_title(exercise)
    return _short(title) if label else ""


def _label_and_title(exercise: Element | None) -> tuple[str, str]:
    head = next(iter(exercise), None) if exercise is not None else None
    if head is None or "exercise-title" not in classes(head):
        return "", ""
    span = next((inner for inner in head.iter("span") if "label" in classes(inner)), None)
    label = "" if span is None else _text(span, None)
    return label, _text(head, None).removeprefix(label).strip()


def _prompt(choices: Element) -> str:
    prompt = next((child for child in choices if "prompt" in classes(child)), None)
    return "" if prompt is None else _short(_text(prompt, None))


def _hidden_text(element: Element) -> str:
    """The word for a field when it is read aloud."""
    hidden = next((inner for inner in element.iter() if is_hidden(inner)), None)
    return "" if hidden is None else " ".join("".join(hidden.itertext()).split()).rstrip(":：")


def _text(element: Element, here: Element | None) -> str:
    """The text of an element, with placeholders for fields. Within the block of ``here``, only that
    block's own text."""
    return " ".join("".join(_texts(element, here)).split())


def _texts(element: Element, here: Element | None) -> Iterator[str]:
    if "with-gaps" in classes(element):
        yield from _gapped(element, here)
        return
    if element.tag == "img":
        yield element.get(SPOKEN, "") or element.get("alt", "")
    yield element.text or ""
    for child in element:
        if child is here:
            yield HERE
        elif child.get(FIELD) == "blank":
            yield OTHER
        elif not (
            is_hidden(child)
            or FIELD in child.attrib
            or "note-call" in classes(child)
            or (here is not None and child.tag in BLOCKS)
        ):
            yield from _texts(child, here)
            if child.tag in BLOCKS:
                yield " "
        yield child.tail or ""


def _gapped(formula: Element, here: Element | None) -> Iterator[str]:
    """The characters of a formula, with the fields in place of its gaps."""
    image, *gaps = formula
    for piece, gap in itertools.zip_longest(image.get(SPOKEN, "").split(BLANK), gaps):
        yield piece or ""
        if gap is not None:
            yield HERE if gap is here else OTHER


def _short(text: str, most: int = BEFORE) -> str:
    """The beginning of a text, to the end of a word."""
    if len(text.rstrip()) <= most:
        return text.rstrip()
    return (text[:most].rpartition(" ")[0] or text[:most]) + OTHER


def _short_end(text: str) -> str:
    """The end of a text, from the beginning of a word."""
    if len(text.lstrip()) <= BEFORE:
        return text.lstrip()
    return OTHER + (text[-BEFORE:].partition(" ")[2] or text[-BEFORE:])
