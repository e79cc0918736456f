r"""Chemistry in mhchem's ``\ce{…}``, converted to TeX: ``2H2 + O2 -> 2H2O``."""

from __future__ import annotations

import re

from pipeline.model.late import late
from pipeline.model.removal import closing_brace

_TOKEN = late(
    r"(?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-)"
    r"|(?P<formula>\$(?:[^$\\]|\\.)*\$)"
    r"|(?P<raised>\^(?=[{\d+\-\w*]))"
    r"|(?P<lowered>_)"
    r"|(?P<command>\\[A-Za-z]+|\\.)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<fraction>\d+/\d+)"
    r"|(?P<number>\d+(?:[.,]\d+)?)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>[+-])"
    r"|(?P<other>.)",
    re.DOTALL,
)
ARROWS = {
    "->": "rightarrow", "<-": "leftarrow", "<->": "leftrightarrow", "<-->": "leftrightarrow",
    "<=>": "rightleftharpoons", "<=>>": "rightleftharpoons", "<<=>": "rightleftharpoons",
}  # fmt: skip
BONDS = {"=": "\\text{=}", "#": "\\text{≡}", "*": "\\cdot ", ".": "\\cdot ", "~": "\\,"}
_CHARGE = late(r"\{|(\d*[+-]+|[+-]*\d+[+-]*|[A-Za-z*]+[+-]?)")
_LABEL = late(r"\s*\[([^\[\]]*)\]")
_STATE = late(r"\((?:aq|s|l|g)\)")
DEEPEST = 4
"""The maximum nesting of labels of arrows."""


def chemistry(text: str, depth: int = 0) -> str:
    r"""The TeX for the content of ``\ce``."""
    out: list[str] = []
    pos, holds = 0, False  # whether the last piece can have an index or a charge
    while match := _TOKEN.match(text, pos):
        kind, piece = match.lastgroup or "other", match[0]
        start, pos = pos, match.end()
        match kind:
            case "arrow":
                pos = _arrow(out, text, pos, ARROWS[piece], depth)
            case "formula":
                out.append(f"{{{piece[1:-1]}}}")
            case "raised" | "lowered":
                content, pos = _script(text, pos)
                if not holds:
                    out.append("{}")
                out.append(f"{piece}{{{content}}}")
                holds = True
                continue
            case "command":
                out.append(f"{piece} ")
            case "letters" if piece in ("v", "^") and _alone(text, start, pos):
                out.append("\\downarrow ")
            case "letters":
                out.append(f"\\mathrm{{{piece}}}")
            case "fraction":
                above, below = piece.split("/")
                out.append(f"\\tfrac{{{above}}}{{{below}}}\\,")
            case "number":
                out.append(f"_{{{piece}}}" if holds else f"{piece}\\,")
                continue
            case "space":
                out.append(" ")
            case "sign":
                pos = _sign(out, text, start, holds)
            case _:
                out.append(_bond_or_sign(text, start, piece))
        holds = kind in ("letters", "command") or piece in ")]}"
    return "".join(out)


def _arrow(out: list[str], text: str, pos: int, name: str, depth: int) -> int:
    labels: list[str] = []
    while depth < DEEPEST and len(labels) < 2 and (label := _LABEL.match(text, pos)):
        labels.append(chemistry(label[1], depth + 1))
        pos = label.end()
    if labels:
        below = f"[{labels[1]}]" if len(labels) > 1 else ""
        out.append(f"\\x{name}{below}{{{labels[0]}}}")
    else:
        out.append(f"\\{'' if name == 'rightleftharpoons' else 'long'}{name} ")
    return pos


def _script(text: str, pos: int) -> tuple[str, int]:
    """A subscript or superscript, and its end."""
    charge = _CHARGE.match(text, pos)
    if not charge:
        return "", pos
    if charge[1]:
        return f"\\mathrm{{{charge[1]}}}" if charge[1].isalpha() else charge[1], charge.end()
    end = closing_brace(text, pos)
    content, end = (text[pos + 1 :], len(text)) if end is None else (text[pos + 1 : end], end + 1)
    return f"\\mathrm{{{content}}}" if content.isalpha() and len(content) > 1 else content, end


def _alone(text: str, start: int, end: int) -> bool:
    """Return whether there is white space on both sides."""
    return text[start - 1 : start].isspace() and (end == len(text) or text[end].isspace())


def _sign(out: list[str], text: str, start: int, holds: bool) -> int:
    """A charge at the end of a molecule, a bond between atoms, or a sign between molecules."""
    end = start + 1
    while text[end : end + 1] == text[start]:
        end += 1
    after = text[end : end + 1]
    before_index = bool(out) and out[-1].startswith("_{")
    if (holds or before_index) and (not after or after in " \t\n)]}$,;" or _STATE.match(text, end)):
        out.append(f"^{{{text[start:end]}}}")
    else:
        out.append("\\text{–}" if text[start] == "-" and after.isalpha() else f" {text[start]} ")
    return end


def _bond_or_sign(text: str, start: int, piece: str) -> str:
    if piece == "^":  # by itself: a gas that escapes
        return "\\uparrow "
    if piece == "." and text[start + 1 : start + 2].isspace():
        return "."
    return BONDS.get(piece, piece)
