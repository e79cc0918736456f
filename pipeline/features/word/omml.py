"""Formulas in the mathematical markup of Word (OMML), from the MathML of the formulas' feature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree

from pipeline.features.word.xml import Element, element
from pipeline.model import formula_gaps
from pipeline.model.late import late

LARGE_OPERATORS = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⨀⋁⋀⨆⨄")
ACCENTS = {
    "¯": "\u0305", "‾": "\u0305", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
    "→": "\u20d7", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301",
    "`": "\u0300", "˚": "\u030a", "←": "\u20d6", "↔": "\u20e1",
}  # fmt: skip
BARS = frozenset("\u0305\u2015")
STRIKES = {
    "cancel": ("strikeBLTR",), "bcancel": ("strikeTLBR",), "xcancel": ("strikeBLTR", "strikeTLBR"),
    "sout": ("strikeH",), "boxed": (),
}  # fmt: skip
"""Marks across a formula, by the classes that stand for them; a box has none."""
SIDES = ("hideTop", "hideBot", "hideLeft", "hideRight")
FACES = {
    "bold": {"sty": "b"}, "bold-italic": {"sty": "bi"}, "italic": {"sty": "i"},
    "double-struck": {"scr": "double-struck", "sty": "p"}, "script": {"scr": "script"},
    "fraktur": {"scr": "fraktur"}, "sans-serif": {"scr": "sans-serif", "sty": "p"},
    "monospace": {"scr": "monospace", "sty": "p"}, "normal": {"sty": "p"},
}  # fmt: skip
NOTHING = "\u200b"
SPACES = ((0.9, "\u2003"), (0.4, "\u2002"), (0.25, "\u2005"), (0.19, "\u205f"), (0.05, "\u2009"))
"""Spaces from a width in ems on, the widest first."""

_WIDTH = late(r"-?[\d.]+")

Node = Any


def omml(mathml: str) -> Element:
    """A formula (`m:oMath`). Raises `ValueError` for markup that has no equivalent."""
    formula = etree.fromstring(mathml)
    for node in formula.iter(etree.Element):
        node.tag = etree.QName(node).localname
    return element("m:oMath", *_row(formula))


def _name(node: Node) -> str:
    return node.tag if isinstance(node.tag, str) else ""


def _row(nodes: Iterable[Node]) -> list[Element]:
    """The content of a row. A large operator takes what follows it up to a relation, and brackets
    that can stretch take what is between them."""
    row = [node for node in nodes if _name(node)]
    result: list[Element] = []
    while row:
        node = row.pop(0)
        if (operator := _large(node)) is not None:
            end = next((at for at, other in enumerate(row) if _ends_operand(other)), len(row))
            result.append(_nary(node, operator, row[:end]))
            del row[:end]
        elif (fence := _stretch_brackets([node, *row])) is not None:
            brackets, length = fence
            result.append(brackets)
            del row[: length - 1]
        else:
            result += _single(node)
    return result


def _single(node: Node) -> list[Element]:
    """A node as elements of OMML."""
    convert = _CONVERSIONS.get(_name(node))
    if convert is None:
        raise ValueError(f"the element {_name(node)} of MathML")
    return convert(node)


def _argument(name: str, *nodes: Node) -> Element:
    """An argument of a structure: ``e``, ``num``, ``sub`` …"""
    return element(f"m:{name}", *_row(nodes))


def _text(node: Node) -> str:
    return "".join(node.itertext())


def _run(text: str, **properties: str) -> Element:
    """Characters; ``sty`` is p for upright ones."""
    order = ("nor", "scr", "sty")
    marks = [
        element(f"m:{key}") if key == "nor" else element(f"m:{key}", val=properties[key])
        for key in order
        if key in properties
    ]
    font = element("rPr", element("rFonts", ascii="Cambria Math", hAnsi="Cambria Math"))
    return element(
        "m:r",
        element("m:rPr", *marks) if marks else None,
        font,
        element("m:t", text, xml__space="preserve"),
    )


def _identifier(node: Node) -> list[Element]:
    text = _text(node)
    face = node.get("mathvariant") or ("normal" if len(text) > 1 else "")
    return [_run(text, **FACES.get(face, {}))]


def _number(node: Node) -> list[Element]:
    return [_run(_text(node), **FACES.get(node.get("mathvariant", ""), {"sty": "p"}))]


def _operator(node: Node) -> list[Element]:
    return [_run(_text(node), sty="p")] if _text(node) else []


def _words(node: Node) -> list[Element]:
    return [_run(_text(node), nor="")]


def _space(node: Node) -> list[Element]:
    width = _WIDTH.match(node.get("width", ""))
    ems = float(width[0]) if width else 0.0
    if formula_gaps.is_gap(node):
        return [_run("_" * max(1, round(ems / formula_gaps.LETTER)), nor="")]
    spaces = ""
    while ems > 0 and (space := next((s for s in SPACES if ems >= s[0]), None)):
        spaces += space[1]
        ems -= max(space[0], 0.17)
    return [_run(spaces, sty="p")] if spaces else []


def _group(node: Node) -> list[Element]:
    """A row, which may be crossed out or in a box."""
    kind = next((name for name in node.get("class", "").split() if name in STRIKES), None)
    if kind is None:
        return _row(node)
    marks = [element(f"m:{side}", val="1") for side in SIDES if STRIKES[kind]]
    marks += [element(f"m:{strike}", val="1") for strike in STRIKES[kind]]
    return [element("m:borderBox", element("m:borderBoxPr", *marks), _argument("e", *node))]


def _fraction(node: Node) -> list[Element]:
    above, below = node
    bare = node.get("linethickness", "").rstrip("emptx%") in ("0", "0.0")
    kind = element("m:fPr", element("m:type", val="noBar")) if bare else None
    return [element("m:f", kind, _argument("num", above), _argument("den", below))]


def _root(node: Node) -> list[Element]:
    if _name(node) == "msqrt":
        hidden = element("m:radPr", element("m:degHide", val="1"))
        return [element("m:rad", hidden, element("m:deg"), _argument("e", *node))]
    base, index = node
    return [element("m:rad", _argument("deg", index), _argument("e", base))]


def _scripts(node: Node) -> list[Element]:
    base, *scripts = node
    names = {"msub": ("sSub", "sub"), "msup": ("sSup", "sup"), "msubsup": ("sSubSup", "sub", "sup")}
    structure, *places = names[_name(node)]
    if not len(base) and not _text(base):
        base = etree.Element("mrow")
    arguments = (_argument(place, script) for place, script in zip(places, scripts, strict=True))
    return [element(f"m:{structure}", _argument("e", base), *arguments)]


def _limits(node: Node) -> list[Element]:
    """Something below or above a base: a limit, a brace, or an accent."""
    base, *marks = node
    name = _name(node)
    if any(map(formula_gaps.is_gap, base.iter())):  # it is drawn as a line already
        return _single(base)
    if name == "munderover":
        below, above = marks
        inner = element("m:limLow", _argument("e", base), _argument("lim", below))
        return [element("m:limUpp", element("m:e", inner), _argument("lim", above))]
    mark = _text(marks[0]) if _name(marks[0]) == "mo" else ""
    accent = ACCENTS.get(mark, mark if len(mark) == 1 and "\u0300" <= mark <= "\u036f" else "")
    if name == "mover" and accent and accent not in BARS:
        chosen = element("m:accPr", element("m:chr", val=accent))
        return [element("m:acc", chosen, _argument("e", base))]
    if accent in BARS or mark in ("_", "\u0332", "\u2015"):
        place = element("m:barPr", element("m:pos", val="top" if name == "mover" else "bot"))
        return [element("m:bar", place, _argument("e", base))]
    if len(mark) == 1 and mark in "⏞⏟⎴⎵⏜⏝":
        at = "top" if name == "mover" else "bot"
        vertical = "bot" if name == "mover" else "top"
        chosen = element(
            "m:groupChrPr",
            element("m:chr", val=mark),
            element("m:pos", val=at),
            element("m:vertJc", val=vertical),
        )
        return [element("m:groupChr", chosen, _argument("e", base))]
    structure = "limUpp" if name == "mover" else "limLow"
    return [element(f"m:{structure}", _argument("e", base), _argument("lim", marks[0]))]


def _large(node: Node) -> Node | None:
    """The large operator of a node, with or without limits."""
    core = node[0] if _name(node) in _WITH_LIMITS and len(node) else node
    while _name(core) == "mrow" and len(core) == 1:
        core = core[0]
    return core if _name(core) == "mo" and _text(core) in LARGE_OPERATORS else None


_WITH_LIMITS = frozenset("msub msup msubsup munder mover munderover".split())
_BELOW = frozenset("msub msubsup munder munderover".split())
_RELATIONS = frozenset("=≠≈<>≤≥≡∼→⇒⇔,;")


def _ends_operand(node: Node) -> bool:
    return _name(node) == "mo" and _text(node) in _RELATIONS


def _nary(node: Node, operator: Node, operand: Sequence[Node]) -> Element:
    name = _name(node)
    marks = list(node[1:]) if name in _WITH_LIMITS else []
    below = marks.pop(0) if name in _BELOW and marks else None
    above = marks.pop(0) if marks else None
    place = "undOvr" if name.startswith(("munder", "mover")) else "subSup"
    properties = element(
        "m:naryPr",
        element("m:chr", val=_text(operator)),
        element("m:limLoc", val=place),
        None if below is not None else element("m:subHide", val="1"),
        None if above is not None else element("m:supHide", val="1"),
    )
    return element(
        "m:nary",
        properties,
        _argument("sub", *([] if below is None else [below])),
        _argument("sup", *([] if above is None else [above])),
        _argument("e", *operand),
    )


def _stretch_brackets(row: Sequence[Node]) -> tuple[Element, int] | None:
    """Brackets that stretch, at the beginning of a row, and the number of nodes that they take."""
    first, last = row[0], row[-1]
    if _name(first) != "mo" or not _is_fence(first, row[1:]):
        return None
    depth = 0
    for at, node in enumerate(row):
        if _name(node) == "mo":
            depth += (node.get("form") == "prefix") - (node.get("form") == "postfix")
            if at and not depth and node.get("form") == "postfix":
                return _delimit(_text(first), row[1:at], _text(node)), at + 1
    if _name(last) == "mo" and len(row) > 2 and _text(last) in ")]}|‖⌉⌋⟩":
        return _delimit(_text(first), row[1:-1], _text(last)), len(row)
    return _delimit(_text(first), row[1:], ""), len(row)


def _is_fence(node: Node, after: Sequence[Node]) -> bool:
    is_open = node.get("form") == "prefix" and node.get("fence") == "true"
    before_table = bool(after) and _name(after[0]) == "mtable" and _text(node) in "([{|‖⌈⌊⟨"
    return is_open or before_table


def _delimit(opening: str, content: Sequence[Node], closing: str) -> Element:
    marks = element("m:dPr", element("m:begChr", val=opening), element("m:endChr", val=closing))
    return element("m:d", marks, _argument("e", *content))


def _table(node: Node) -> list[Element]:
    """A table of formulas; the columns of aligned ones touch."""
    rows = [[cell for cell in row if _name(cell) == "mtd"] for row in node if len(row)]
    columns: list[str] = []
    for cells in rows:
        for cell in cells[len(columns) :]:
            columns.append(cell.get("columnalign") or "center")
    described = (
        element(
            "m:mc",
            element("m:mcPr", element("m:count", val=1), element("m:mcJc", val=align)),
        )
        for align in columns
    )
    touches = "aligned" in node.get("class", "").split()
    properties = element(
        "m:mPr",
        element("m:cGpRule", val=3) if touches else None,
        element("m:cGp", val=0) if touches else None,
        element("m:mcs", *described),
    )
    lines = (
        element("m:mr", *(_cell(cell) for cell in cells), *_empty(len(columns) - len(cells)))
        for cells in rows
    )
    return [element("m:m", properties, *lines)]


def _cell(node: Node) -> Element:
    """A cell. LibreOffice asks for something before a relation with which one begins."""
    written = _argument("e", *node)
    if len(node) and _ends_operand(node[0]):
        written.insert(0, _run(NOTHING, nor=""))
    return written


def _empty(count: int) -> list[Element]:
    return [element("m:e") for _ in range(count)]


def _hide(node: Node) -> list[Element]:
    return [
        element("m:phant", element("m:phantPr", element("m:show", val="0")), _argument("e", *node))
    ]


def _first(node: Node) -> list[Element]:
    return _row(node[:1])


def _scripts_on_both_sides(node: Node) -> list[Element]:
    """Scripts on both sides of a base."""
    base, *scripts = node
    names = [_name(script) for script in scripts]
    at = names.index("mprescripts") if "mprescripts" in names else len(scripts)
    after, before = scripts[:at], scripts[at + 1 :]
    result = _argument("e", base)
    if after:
        inner = element("m:sSubSup", result, _script("sub", after[0]), _script("sup", after[1]))
        result = element("m:e", inner)
    if before:
        return [element("m:sPre", _script("sub", before[0]), _script("sup", before[1]), result)]
    return list(result)


def _script(name: str, node: Node) -> Element:
    return element(f"m:{name}", *([] if _name(node) in ("none", "mprescripts") else _row([node])))


_CONVERSIONS: dict[str, Callable[[Node], list[Element]]] = {
    "mi": _identifier, "mn": _number, "mo": _operator, "mtext": _words, "ms": _words,
    "mspace": _space, "mrow": _group, "mstyle": _group, "mpadded": _group, "math": _group,
    "menclose": _group, "mfrac": _fraction, "msqrt": _root, "mroot": _root, "msub": _scripts,
    "msup": _scripts, "msubsup": _scripts, "munder": _limits, "mover": _limits,
    "munderover": _limits, "mtable": _table, "mphantom": _hide, "semantics": _first,
    "mmultiscripts": _scripts_on_both_sides, "merror": _group,
}  # fmt: skip
