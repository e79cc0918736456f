"""Reads the commands of a formula that have arguments of their own kind: text, lengths,
numbers and labels, units, chemistry."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pipeline.features.formulas import commands
from pipeline.features.formulas.chemistry import chemistry
from pipeline.features.formulas.formula_texts import MathPiece, UnreadableTextError, pieces, quoted
from pipeline.features.formulas.physical_units import COMMANDS, UnknownUnitError, quantity
from pipeline.features.formulas.table_lines import DASHED, NUMBER, SOLID, is_between, row_line
from pipeline.features.formulas.tex_reader import Reader, empty
from pipeline.model.late import late
from pipeline.model.removal import closing_brace, gaps
from pipeline.model.words.writing_conventions import letters as letter

_LENGTH = r"(-?(?:\d++(?:\.\d++)?|\.\d++))\s*+(em|ex|pt|mm|cm|mu|in|bp|pc)"
_BRACED_LENGTH = late(rf"\s*\{{\s*{_LENGTH}\s*\}}")
_BARE_LENGTH = late(rf"\s*{_LENGTH}")
_RULE = late(rf"\s*(?:\[[^\]]*\]\s*)?\{{\s*{_LENGTH}\s*\}}\s*\{{[^{{}}]*\}}")
_OPTION = late(r"\s*\[[^\[\]]*\]")
_TAG = late("\ue000(\\d+)\ue001")
_LABEL = late("\ue002(\\d+)\ue003")
_ROW = late(r"\\(?:begin|end)(?![A-Za-z])|\\\\")
_LIMITS = late(r"\s*\\(?:no)?limits(?![A-Za-z])")
_NAME = late(
    r"(?:\\(?:arg|max|min|lim|sup|inf|mathrm|text|rm|operatorname|mathsf|,|;|:|!| )|[A-Za-z{}\s-])*"
)
IN_EMS = {
    "em": 1.0, "ex": 0.43, "mu": 1 / 18, "pt": 0.095, "bp": 0.0955, "pc": 1.14, "mm": 0.271,
    "cm": 2.71, "in": 6.88,
}  # fmt: skip
"""The length of a unit in ems of normal text."""

CIRCLED = {
    **{str(number): chr(0x2460 + number - 1) for number in range(1, 21)},
    **{chr(65 + index): chr(0x24B6 + index) for index in range(26)},
    **{chr(97 + index): chr(0x24D0 + index) for index in range(26)},
    "0": "⓪",
    "+": "⊕",
    "-": "⊖",
    "×": "⊗",
}


class EquationLabel(NamedTuple):
    """The label of a formula or one of its rows; the ``letter`` that the row has after the
    formula's number, or the ``tag`` that replaces it."""

    name: str
    letter: str = ""
    tag: str = ""


class Special(Reader):
    """``labels`` are the names given to the formula, ``tags`` the texts beside its lines."""

    def __init__(self, tex: str) -> None:
        super().__init__(tex)
        self.labels: list[str] = []
        self.tags: list[tuple[str, bool]] = []

    def within(self, tex: str, at: int) -> str:
        """A formula within this one, in the form that latex2mathml expects."""
        raise NotImplementedError

    def special(self, name: str, at: int) -> bool:
        """Read the arguments of ``name``, the last of ``out``; False if it is not handled here."""
        base = name.removesuffix("*")
        if base in ("color", "textcolor"):
            self.skip(_OPTION)
        if base in commands.SWITCHES:
            self.out.pop()
        elif base in commands.PLAIN:
            self.out.pop()
            self.skip(_OPTION)
            self.argument(f"\\{name}", at)
        elif base == "hspace" or base in commands.SPACED:
            self.length(name, at)
        elif base in COMMANDS:
            self.quantity(base, at)
        elif base in commands.TEXTS or base in READERS:
            self.out.pop()
            content = "" if base in BARE else self.verbatim(name, at)
            if content is not None:
                READERS.get(base, Special.text)(self, name, content, at)
        else:
            return False
        return True

    def skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.tex, self.pos)
        if match:
            self.pos = match.end()
        return bool(match)

    def verbatim(self, name: str, at: int) -> str | None:
        """The content of braces, as written; None, after reporting a mistake, if there is none."""
        if self.peek() == "{" and (end := closing_brace(self.tex, self.pos)) is not None:
            content = self.tex[self.pos + 1 : end]
            self.pos = end + 1
            return content
        token = self.peek()
        if token and token not in ("{", "}", "&", "\\\\"):
            self.pos += len(token)
            return token
        self.wrong(f"After `\\{name}` something is missing.", at)
        return None

    # --- text ---

    def pieces(self, content: str, starts: int) -> list[MathPiece]:
        """The pieces of a text; none, and a mistake, if it is invalid."""
        try:
            return pieces(content)
        except UnreadableTextError as error:
            self.wrong(f"The command `\\{error.name}` is unknown.", starts + error.at)
            return []

    def text(self, name: str, content: str, at: int) -> None:
        """Read a text, and the gaps in it."""
        starts, pos = self.pos - len(content) - 1, 0
        for gap in gaps(content):
            before = content[pos : gap.end].rstrip().rstrip("_")
            if before:
                self.words(name, before, starts + pos)
            self.out.append("\\underline{")
            if gap.answer:
                self.words(name, gap.answer, starts + gap.end + 1)
            else:
                self.out.append(empty(gap.end - pos - len(before)))
            self.out.append("}")
            pos = gap.answer_end
        if content[pos:] or not pos:
            self.words(name, content[pos:], starts + pos)

    def words(self, name: str, content: str, starts: int) -> None:
        if name.startswith("operatorname"):
            self.operator(name, content, starts)
            return
        command = commands.TEXT_NAMES.get(name, "text" if name == "fbox" else name)
        out = [
            f"{{{self.within(piece.text, starts + piece.at)}}}"
            if piece.is_formula
            else quoted(piece.text).replace("\\text{", f"\\{piece.font or command}{{")
            for piece in self.pieces(content, starts)
        ]
        self.out.append(f"{{{''.join(out)}}}" if len(out) != 1 else out[0])
        if name == "fbox":
            self.out[-1] = f"\\boxed{{{self.out[-1]}}}"

    def operator(self, name: str, content: str, starts: int) -> None:
        pieces = self.pieces(content.replace("\\,", " "), starts)
        words = "\u2009".join("".join(piece.text for piece in pieces).split())
        self.out.append(f"\\{name}{{{words}}}" if words else "{}")

    def operation(self, name: str, content: str, at: int) -> None:
        r"""Read ``\mathop``: a word, or another base for limits below and above."""
        starts = self.pos - len(content) - 1
        if content.strip() and _NAME.fullmatch(content):
            words = re.sub(r"\\(?:mathrm|text|rm|operatorname|mathsf)\b|[{}]", " ", content)
            words = re.sub(r"\\[,;:! ]|\\", " ", words)
            self.operator("operatorname*", words, starts)
            return
        content = f"{{{self.within(content, starts)}}}"
        self.skip(_LIMITS)
        sides = {"_": "\\underset", "^": "\\overset"}
        while command := sides.pop(self.peek(), ""):
            sign = self.take()
            first = len(self.out)
            self.argument(sign, at)
            script = "".join(self.out[first:])
            self.out[first:] = []
            content = f"{command}{{{script}}}{{{content}}}"
        self.out.append(content)

    def circled(self, name: str, content: str, at: int) -> None:
        inner = (
            content.strip().strip("{}").replace("\\text", "").strip("{} ").removeprefix("\\small")
        )
        if sign := CIRCLED.get(inner.strip()):
            self.out.append(f"\\text{{{sign}}}")
        else:
            hint = "Only a letter or a number up to 20 can be in a circle."
            self.wrong(f"`{content}` cannot be put in a circle.", at, hint)

    # --- room ---

    def length(self, name: str, at: int) -> None:
        pattern = _BRACED_LENGTH if name.startswith("hspace") else _BARE_LENGTH
        length = pattern.match(self.tex, self.pos)
        if not length:
            self.wrong(f"After `\\{name}` a length is missing.", at, "Write `\\hspace{1em}`.")
            return
        self.out[-1] = f"\\hspace{{{_in_ems(length[1], length[2])}}}"
        self.pos = length.end()

    def rule(self, name: str, content: str, at: int) -> None:
        """Read a line to write on."""
        lengths = _RULE.match(self.tex, self.pos)
        if not lengths:
            self.wrong("After `\\rule` two lengths are missing.", at)
            return
        self.pos = lengths.end()
        self.out.append(f"\\underline{{\\hspace{{{_in_ems(lengths[1], lengths[2])}}}}}")

    # --- numbers and names of formulas ---

    def tag(self, name: str, content: str, at: int) -> None:
        label = "".join(
            commands.symbols().get(piece.text.strip("\\ "), piece.text)
            if piece.is_formula
            else piece.text
            for piece in self.pieces(content, self.pos - len(content) - 1)
        )
        self.out.append(f"\ue000{len(self.tags)}\ue001")
        self.tags.append((label.strip(), name.endswith("*")))

    def label(self, name: str, content: str, at: int) -> None:
        if content.strip():
            self.out.append(f"\ue002{len(self.labels)}\ue003")
            self.labels.append(content.strip())

    def tagged(self, text: str) -> tuple[str, str, tuple[EquationLabel, ...]]:
        """The formula, its number, and its name. If it has several numbers, each stays in its row;
        if several rows have names without their own numbers, letters at their ends distinguish
        them."""
        tags = {_row_end(text, match.end()): int(match[1]) for match in _TAG.finditer(text)}
        rows = {int(match[1]): _row_end(text, match.end()) for match in _LABEL.finditer(text)}
        if len(self.tags) == 1 and not self.tags[0][1] and tags.keys() >= set(rows.values()):
            formula = _LABEL.sub("", _TAG.sub("", text))
            return formula, self.tags[0][0], tuple(map(EquationLabel, self.labels))
        ends = [end for end in dict.fromkeys(rows.values()) if end not in tags]
        letters: dict[int, str] = {}
        if len(ends) > 1:
            letters = {end: letter(number).lower() for number, end in enumerate(ends)}
        labels = tuple(
            EquationLabel(
                self.labels[index],
                letters.get(end, ""),
                self.tags[tags[end]][0] if end in tags else "",
            )
            for index, end in rows.items()
        )
        for end, label in sorted(letters.items(), reverse=True):
            text = f"{text[:end]}{NUMBER}{quoted(f'({label})')}{text[end:]}"

        def in_line(match: re.Match[str]) -> str:
            label, bare = self.tags[int(match[1])]
            return NUMBER + quoted(label if bare else f"({label})")

        return _TAG.sub(in_line, _LABEL.sub("", text)), "", labels

    # --- what is left out ---

    def colour(self, name: str, content: str, at: int) -> None:
        self.wrong("The formula's colour is left out.", at, commands.COLOURS, harmless=True)
        if name == "textcolor":
            self.argument(f"\\{name}", at)

    # --- lines ---

    def line(self, name: str, content: str, at: int) -> None:
        """A line between rows, across all columns or some."""
        begins = len(self.out)
        while 0 < begins != self.table_start and is_between(self.out[begins - 1]):
            begins -= 1
        row = begins == self.table_start or "".join(self.out[:begins][-1:]).endswith("\\\\")
        if not (self.in_table and row):
            hint = "Put it at the beginning of a row of an array, or after its last one."
            self.wrong(f"The line of `\\{name}` is left out.", at, hint, harmless=True)
        else:
            self.out.append(row_line(DASHED if "dash" in name else SOLID, content))

    def dashed_line(self, name: str, content: str, at: int) -> None:
        self.skip(_OPTION)
        self.line(name, "", at)

    # --- other languages ---

    def chemistry(self, name: str, content: str, at: int) -> None:
        self.out.append(f"{{{self.within(chemistry(content), at)}}}")

    def quantity(self, name: str, at: int) -> None:
        self.out.pop()
        self.skip(_OPTION)
        arguments: list[str] = []
        for _ in COMMANDS[name]:
            content = self.verbatim(name, at)
            if content is None:
                return
            arguments.append(content)
        try:
            tex = quantity(name, arguments)
        except UnknownUnitError as error:
            self.wrong(f"`{str(error).strip()}` in `\\{name}` is not a number or unit.", at)
            return
        self.out.append(f"{{{self.within(tex, at)}}}")

    def between(self, name: str, content: str, at: int) -> None:
        """Read words between the lines of a formula."""
        self.marks.add("\\\\")
        self.out.append(self.within(f"\\text{{{content}}}", at) + "\\\\")


READERS: dict[str, Callable[[Special, str, str, int], None]] = {
    "tag": Special.tag,
    "label": Special.label,
    "rule": Special.rule,
    **dict.fromkeys(("color", "textcolor"), Special.colour),
    **dict.fromkeys(("hline", "cline", "cdashline"), Special.line),
    "hdashline": Special.dashed_line,
    "mathop": Special.operation,
    "textcircled": Special.circled,
    **dict.fromkeys(("ce", "cf", "pu"), Special.chemistry),
    **dict.fromkeys(("intertext", "shortintertext"), Special.between),
}
"""Readers of commands with their own syntax, given the content of the following braces."""

BARE = frozenset({"rule", "hline", "hdashline"})
"""Commands that are not followed by one pair of braces."""


def _row_end(text: str, pos: int) -> int:
    """The end of the row that contains a position of a formula."""
    depth = 0
    for match in _ROW.finditer(text, pos):
        if match[0] == "\\begin":
            depth += 1
        elif depth == 0:
            return match.start()
        elif match[0] == "\\end":
            depth -= 1
    return len(text)


def _in_ems(value: str, unit: str) -> str:
    return f"{float(value) * IN_EMS[unit]:.4g}em"
