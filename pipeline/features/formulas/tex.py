"""Reads the TeX of a formula: finds all problems with their positions, and writes it for MathML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from pipeline.features.formulas import tex_commands
from pipeline.features.formulas.mathml import (
    DASHED,
    DISPLAY,
    NUMBER,
    SOLID,
    column_lines,
    is_between,
    row_line,
)
from pipeline.features.formulas.tex_commands import (
    COMMANDS,
    LONGEST_FORMULA,
    Macro,
    MathPiece,
    Mistake,
    Reader,
    UnknownUnitError,
    UnreadableTextError,
    chemistry,
    empty,
    pieces,
    quantity,
    quote_words,
    write_out,
)
from pipeline.model.late import late
from pipeline.model.removal import closing_brace, gaps
from pipeline.model.words.writing_conventions import letters as letter

# --- special ---------------------------------------------------------------------------------
# Reads the commands of a formula that have arguments of their own kind: text, lengths, numbers and
# labels, units, chemistry.

_LENGTH = r"(-?(?:\d++(?:\.\d++)?|\.\d++))\s*+(em|ex|pt|mm|cm|mu|in|bp|pc)"
_BRACED_LENGTH = late(rf"\s*\{{\s*{_LENGTH}\s*\}}")
_BARE_LENGTH = late(rf"\s*{_LENGTH}")
_RULE = late(rf"\s*(?:\[[^\]]*\]\s*)?\{{\s*{_LENGTH}\s*\}}\s*\{{[^{{}}]*\}}")
_COMMAND_OPTION = late(r"\s*\[[^\[\]]*\]")
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
            self.skip(_COMMAND_OPTION)
        if base in tex_commands.SWITCHES:
            self.out.pop()
        elif base in tex_commands.PLAIN:
            self.out.pop()
            self.skip(_COMMAND_OPTION)
            self.argument(f"\\{name}", at)
        elif base == "hspace" or base in tex_commands.SPACED:
            self.length(name, at)
        elif base in COMMANDS:
            self.quantity(base, at)
        elif base in tex_commands.TEXTS or base in READERS:
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
        command = tex_commands.TEXT_NAMES.get(name, "text" if name == "fbox" else name)
        out = [
            f"{{{self.within(piece.text, starts + piece.at)}}}"
            if piece.is_formula
            else quote_words(piece.text).replace("\\text{", f"\\{piece.font or command}{{")
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

    def circle(self, name: str, content: str, at: int) -> None:
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
            tex_commands.symbols().get(piece.text.strip("\\ "), piece.text)
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

    def take_tags(self, text: str) -> tuple[str, str, tuple[EquationLabel, ...]]:
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
            text = f"{text[:end]}{NUMBER}{quote_words(f'({label})')}{text[end:]}"

        def in_line(match: re.Match[str]) -> str:
            label, bare = self.tags[int(match[1])]
            return NUMBER + quote_words(label if bare else f"({label})")

        return _TAG.sub(in_line, _LABEL.sub("", text)), "", labels

    # --- what is left out ---

    def colour(self, name: str, content: str, at: int) -> None:
        self.wrong("The formula's colour is left out.", at, tex_commands.COLOURS, harmless=True)
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
        self.skip(_COMMAND_OPTION)
        self.line(name, "", at)

    # --- other languages ---

    def chemistry(self, name: str, content: str, at: int) -> None:
        self.out.append(f"{{{self.within(chemistry(content), at)}}}")

    def quantity(self, name: str, at: int) -> None:
        self.out.pop()
        self.skip(_COMMAND_OPTION)
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
    "textcircled": Special.circle,
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


# --- tex -------------------------------------------------------------------------------------
# Reads the TeX of a formula: finds all problems with their positions, and writes it in a form that
# latex2mathml converts correctly.

_ENVIRONMENT = late(r"\s*\{([A-Za-z]+\*?)\}")
_COLUMNS = late(r"\s*\{((?:[^{}\\]|\{[^{}]*\})*)\}")
_REPEATED = late(r"\*\{(\d)\}\{([^{}]*)\}")
_OPTION = late(r"\s*\[([^\[\]{}\\]*)\]")
_COUNT = late(r"\s*+\{\s*+\d*+\s*+\}")
_DELIMITERS = frozenset("()[]|/.<>") | {"\\{", "\\}", "\\|"}
_FENCES = frozenset(
    "langle rangle lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert lbrace rbrace"
    " lbrack rbrack backslash uparrow downarrow updownarrow Uparrow Downarrow lgroup rgroup"
    " ulcorner urcorner llcorner lrcorner".split()
)
_AROUND = {
    "p": ("(", ")"), "b": ("[", "]"), "v": ("|", "|"), "B": ("\\{", "\\}"), "V": ("\\|", "\\|"),
}  # fmt: skip
"""The brackets around matrices, by the first letter of their names."""


Suggest: TypeAlias = Callable[[str, Iterable[str], str], str]
"""Creates a hint with the nearest candidate for a word, after a prefix."""


class Reading(NamedTuple):
    """The mistakes in a formula, and the formula as latex2mathml needs it; its number and label."""

    mistakes: tuple[Mistake, ...]
    tex: str
    tag: str = ""
    labels: tuple[EquationLabel, ...] = ()

    @property
    def is_set(self) -> bool:
        """True if the formula can be set in spite of its mistakes."""
        return all(mistake.harmless for mistake in self.mistakes)


def read(tex: str, suggest: Suggest, macros: dict[str, Macro] | None = None) -> Reading:
    """Read a formula; ``suggest`` proposes replacements for unknown names. ``macros`` are the
    document's, to which the formula's definitions are added."""
    if len(tex) > LONGEST_FORMULA:
        message = f"A formula has {len(tex):,} characters; {LONGEST_FORMULA:,} is the maximum."
        return Reading((Mistake(message, 0, "Divide it into several."),), "")
    if not tex.strip():
        return Reading((Mistake("A formula is empty.", 0),), "")
    expansion = write_out(tex, {} if macros is None else macros)
    if expansion.mistake:
        return Reading((expansion.mistake,), "")
    if not expansion.tex.strip():  # only definitions
        return Reading((), "")
    reader = _Tex(_ROW_END.sub(r"\1\\\\ ", expansion.tex), suggest)
    reader.lines("")
    ordered = sorted(reader.mistakes, key=lambda mistake: mistake.at)
    mistakes = tuple(mistake._replace(at=expansion.origin(mistake.at)) for mistake in ordered)
    return Reading(mistakes, *reader.take_tags("".join(reader.out)))


_ROW_END = late(r"(?<!\\)((?:\\\\)*)\\cr(?![A-Za-z])")
"""Plain TeX's end of a row, ``\\cr``: the same as two backslashes, and as long with a space."""


class _Tex(Special):
    """Reads commands too. ``suggest`` proposes replacements for unknown names."""

    def __init__(self, tex: str, suggest: Suggest) -> None:
        super().__init__(tex)
        self.suggest = suggest

    def within(self, tex: str, at: int) -> str:
        inner = _Tex(tex, self.suggest)
        inner.depth, inner.tags, inner.labels = self.depth, self.tags, self.labels
        inner.group("")
        self.mistakes.extend(mistake._replace(at=at) for mistake in inner.mistakes)
        return "".join(inner.out)

    def lines(self, end: str) -> bool:
        """Read a group that may have lines without an environment, which MathJax breaks."""
        first = len(self.out)
        outside, self.marks = self.marks, set()
        closed = self.group(end, in_table=True)
        if self.marks:
            kind = "align*" if "&" in self.marks else "matrix"
            self.table(first, kind)
        self.marks = outside
        return closed

    def table(self, first: int, kind: str, columns: str = "") -> None:
        content = "".join(self.out[first:]).strip()
        # An empty last cell would take its row along; braces keep the brackets together.
        end = "{}" if content.endswith("&") or not content else ""
        self.out[first:] = [f"{{\\begin{{{kind}}}{columns}{content}{end}\\end{{{kind}}}}}"]

    def command(self, token: str, at: int) -> None:
        name = token[1:]
        if name.endswith("*") and name not in ("operatorname*", "tag*"):
            name = name[:-1]
        self.pos += len(name) + 1
        if not tex_commands.is_known(name.removesuffix("*")):
            self.unknown(name, at)
            return
        if (plain := tex_commands.ALIASES.get(name)) is not None:
            name = plain[1:]
            if name not in tex_commands.STRUCTURE and name != "operatorname*":
                self.out.append(plain and f"{plain} ")
                return
        self.out.append(f"\\{name} ")  # the space keeps the font of \mathrm{d}
        if name in ("begin", "end"):
            self.out.pop()
            self.environment(at) if name == "begin" else self.stray(name, at)
        elif name == "left":
            self.read_fenced(at)
        elif name in ("right", "middle"):
            if name == "right":
                self.stray(name, at)
            self.delimiter(name)
        elif name in tex_commands.DELIMITED:
            self.delimiter(name)
        elif name == "sqrt" or name in tex_commands.ARROWS:
            self.option()
            self.argument(token, at)
        elif not self.special(name, at):
            first = len(self.out) - 1
            for _ in range(self.arguments(name)):
                self.argument(token, at, in_table=name == "substack")
            if name in tex_commands.FENCED:
                self.out[first:] = [f"{{{''.join(self.out[first:])}}}"]

    def unknown(self, name: str, at: int) -> None:
        hint = tex_commands.NOT_HERE.get(name, "")
        if not hint:
            hint = self.nearest(name)
        problem = "cannot be used" if name in tex_commands.NOT_HERE else "is not known"
        self.wrong(f"The command `\\{name}` {problem}.", at, hint)

    def nearest(self, name: str) -> str:
        """The command that the name begins with, or that it is like: first letters are right."""
        names = tex_commands.names()
        begins = [word for word in names if name.startswith(word) and 2 * len(word) >= len(name)]
        if begins and len(longest := max(begins, key=len)) > 2:
            return self.suggest(longest, (longest,), "\\")
        alike = [word for word in names if word[:1] == name[:1]]
        return self.suggest(name, alike, "\\") or self.suggest(name, names, "\\")

    def stray(self, name: str, at: int) -> None:
        first = {"end": "begin", "right": "left"}[name]
        if name == "end" and (environment := _ENVIRONMENT.match(self.tex, self.pos)):
            self.pos = environment.end()
        self.wrong(f"A `\\{name}` has no `\\{first}` before it.", at)

    def environment(self, at: int) -> None:
        match = _ENVIRONMENT.match(self.tex, self.pos)
        if not match:
            self.wrong("After `\\begin` a name in braces is missing.", at)
            return
        self.pos = match.end()
        name = match[1]
        equivalent = tex_commands.ENVIRONMENTS.get(name, "")
        if not equivalent and name not in tex_commands.WRAPPERS:
            hint = self.suggest(name, tex_commands.ENVIRONMENTS, "")
            self.wrong(f"The environment `{name}` is unknown.", at, hint)
        columns = self.columns(name, equivalent, at)
        first = len(self.out)
        outside = self.marks, self.table_start
        self.marks, self.table_start = set(), first
        closed = self.group("\\end", in_table=True) if equivalent else self.lines("\\end")
        self.marks, self.table_start = outside
        ending = _ENVIRONMENT.match(self.tex, self.pos + len("\\end")) if closed else None
        if ending is None or ending[1] != name:
            self.wrong(f"There is no `\\end{{{name}}}` for `\\begin{{{name}}}`.", at)
        if ending:
            self.pos = ending.end()
        if not equivalent:
            return
        if name.startswith("d"):
            self.out.insert(first, DISPLAY)
        if name.endswith("rcases"):
            self.table(first, "array", "{ll}")
            self.out[first:] = [f"{{\\left. {self.out[first]}\\right\\}}}}"]
        else:
            self.table(first, equivalent + ("*" if columns.startswith("[") else ""), columns)
        if name.endswith(("smallmatrix", "matrix*")) and name[0] in _AROUND:
            opening, closing = _AROUND[name[0]]
            self.out[first:] = [f"{{\\left{opening}{self.out[first]}\\right{closing}}}"]

    def columns(self, name: str, equivalent: str, at: int) -> str:
        """The column specification after the name of an environment, as far as needed."""
        option = _OPTION.match(self.tex, self.pos)
        if option and (name.endswith("*") or option[1].strip() in ("t", "b", "c")):
            self.pos = option.end()
            if equivalent.endswith("matrix") and option[1].strip() in ("l", "r"):
                return f"[{option[1].strip()}]"
        if name in tex_commands.COUNTED and (count := _COUNT.match(self.tex, self.pos)):
            self.pos = count.end()
        if equivalent != "array":
            return "{}" if self.peek() == "[" else ""  # otherwise read as columns
        specification = _COLUMNS.match(self.tex, self.pos)
        if not specification:
            hint = "Give a letter for each: `\\begin{array}{lcr}`."
            self.wrong("The columns of `array` cannot be read.", at, hint)
            return ""
        self.pos = specification.end()
        listed = _REPEATED.sub(lambda match: match[2] * int(match[1]), specification[1])
        listed = re.sub(r"[pmb]\{[^{}]*\}", "l", re.sub(r"[@!><]\{[^{}]*\}", "", listed))
        listed = re.sub(r";\{[^{}]*\}", DASHED, listed)
        letters = "".join(letter for letter in listed if letter in "lcr") or "c"
        return f"{{{letters}}}{column_lines(listed)}"

    def read_fenced(self, at: int) -> None:
        self.delimiter("left")
        if self.group("\\right"):
            self.pos += len("\\right")
            self.out.append("\\right ")
            self.delimiter("right")
        else:
            self.wrong("There is no `\\right` for `\\left`.", at, "`\\right.` is an empty one.")

    def delimiter(self, name: str) -> None:
        at = self.pos
        token = self.peek()
        if token in _DELIMITERS or token[1:] in _FENCES:
            self.out.append({"<": "\\langle ", ">": "\\rangle "}.get(token, f"{token} "))
            self.pos += len(token)
        else:
            self.wrong(f"After `\\{name}` a bracket is missing.", at)

    def option(self) -> None:
        """Read the content of brackets after a command, if any."""
        if match := _OPTION.match(self.tex, self.pos):
            if match[1].strip():
                self.out.append(f"[{match[1]}]")
            self.pos = match.end()

    def arguments(self, name: str) -> int:
        """The number of arguments of a command."""
        if name in tex_commands.TWO_ARGUMENTS:
            return 2
        return 1 if name in tex_commands.UNARY or name in tex_commands.FONTS else 0
