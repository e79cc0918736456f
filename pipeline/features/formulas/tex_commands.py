"""The supported commands of TeX in formulas: macros, chemistry, quantities and text."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from pipeline.model.formula_gaps import LETTER
from pipeline.model.late import late
from pipeline.model.removal import closing_brace

# --- tex reader ------------------------------------------------------------------------------
# Reads the groups of a formula in TeX: braces, scripts, and the text between them.

DEEPEST = 40
"""Maximum levels of braces; processing beyond that is recursive."""

_TOKEN = late(r"_{4,}|___(?=\s*\{)|\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
WIDEST = 20
"""The maximum number of underscores of a gap."""

_BOOKDOWN = late(r"\(\\#(eq:[\w:.-]+)\)")
_LETTER = late(r"\s*[A-Za-z]")
_GAP = late(r"\*?(?:\s*\[\s*+[-+]?[\d.]++\s*+[a-z]{2}\s*+\])?")
"""The distance to the next row, given after the end of a row."""


def empty(underscores: int) -> str:
    """The room for an answer above the line of a gap."""
    return f"\\hspace{{{min(underscores, WIDEST) * LETTER:.2f}em}}"


class Mistake(NamedTuple):
    """A mistake, its position, and the hint. One that is ``harmless`` can be typeset."""

    message: str
    at: int
    hint: str = ""
    harmless: bool = False


class Reader:
    """``out`` is the result so far, in the form that latex2mathml expects."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.pos = 0
        self.out: list[str] = []
        self.mistakes: list[Mistake] = []
        self.depth = 0
        self.in_table = False
        self.marks: set[str] = set()  # the `&` and `\\\\` of the table that is being read
        self.table_start = -1  # where that begins in ``out``
        self.given_up = False

    def wrong(self, message: str, at: int, hint: str = "", *, harmless: bool = False) -> None:
        if not self.given_up:
            self.mistakes.append(Mistake(message, at, hint, harmless))

    def give_up(self) -> None:
        self.wrong("The formula is nested too deeply.", self.pos, "Divide it into several.")
        self.given_up = True
        self.pos = len(self.tex)

    def peek(self) -> str:
        """The next token that is not white space, "" at the end."""
        while match := _TOKEN.match(self.tex, self.pos):
            if not match[0].isspace():
                return match[0]
            self.out.append(" ")
            self.pos = match.end()
        return ""

    def take(self) -> str:
        token = self.peek()
        self.pos += len(token)
        return token

    # --- groups ---

    def group(self, end: str, in_table: bool = False) -> bool:
        """Read up to ``end`` (`}`, `\\right`, `\\end`, "" for the end of the formula), and
        say whether it was there; it is left to the caller."""
        self.depth += 1
        outside, self.in_table = self.in_table, in_table
        scripts: set[str] = set()
        while token := self.peek():
            if token in ("}", "\\right", "\\end") and (token == end or self.depth > 1):
                break
            if self.depth > DEEPEST:
                self.give_up()
                break
            if token[:3] == "___":
                self.blank(token)
                scripts.clear()
            elif token in "^_'":
                self.script(token, scripts)
            else:
                scripts.clear()
                self.unit(token)
        self.depth -= 1
        self.in_table = outside
        return token == end

    def script(self, token: str, scripts: set[str]) -> None:
        at = self.pos
        kind = "^" if token == "'" else token
        if kind in scripts:
            name = "superscripts" if kind == "^" else "subscripts"
            hint = f"Group them with braces: `{{x{token}a}}{token}b`."
            self.wrong(f"Two {name} follow each other.", at, hint)
        scripts.add(kind)
        if token == "'":
            self.primes()
        else:
            self.out.append(self.take())
            self.argument(token, at)

    def primes(self) -> None:
        """Read primes, which are combined with a superscript after them."""
        count = 0
        while self.peek() == "'":
            self.pos += 1
            count += 1
        if self.peek() == "^":
            at = self.pos
            self.pos += 1
            self.out.append("^{" + "\\prime " * count)
            self.argument("^", at)
            self.out.append("}")
        else:
            self.out.append("'" * count)

    def argument(self, of: str, at: int, in_table: bool = False) -> None:
        """Read the arguments of `of`, which is at ``at``."""
        token = self.peek()
        if token in ("", "}", "&", "^", "_", "\\\\", "\\right", "\\end"):
            self.wrong(f"After `{of}` something is missing.", at)
        elif token[0].isdigit():
            self.out.append(f"{{{token[0]}}}")  # only the first digit of a number
            self.pos += 1
        elif token == "{":
            self.pos += 1
            self.braces(self.pos - 1, in_table)
        elif token[:3] == "___":
            self.out.append("{")
            self.blank(token)
            self.out.append("}")
        else:
            self.depth += 1
            self.unit(token) if self.depth <= DEEPEST else self.give_up()
            self.depth -= 1

    def blank(self, token: str) -> None:
        """Read a gap to fill in or, if its answer is known, the answer on a line."""
        at = self.pos
        self.pos += len(token)
        if self.peek() == "{":
            self.out.append("\\underline")
            self.argument(token, at)
        else:
            self.out.append(f"\\underline{{{empty(len(token))}}}")

    def unit(self, token: str) -> None:
        """Read one unit: a character, a group, a command with its arguments."""
        at = self.pos
        if token.startswith("\\") and token[1:2].isalpha():
            self.command(token, at)
            return
        self.pos += len(token)
        match token:
            case "{":
                self.braces(at)
            case "(" if label := _BOOKDOWN.match(self.tex, at):
                self.pos = label.end()
                self.label("label", label[1], at)
            case "}":
                self.wrong(
                    "A brace `}` has no `{` before it.", at, "For a visible brace, write `\\}`."
                )
            case "%" if self.tex[max(0, at - 8) : at].rstrip(" \\,~}")[-1:].isdigit():
                self.wrong("A `%` begins a comment in TeX.", at, "Write `\\%`.", harmless=True)
                self.out.append("\\%")
            case "%":  # a comment
                end = self.tex.find("\n", at)
                self.pos = len(self.tex) if end < 0 else end
            case "#" | "$":
                self.wrong(f"`{token}` is not allowed in a formula.", at, f"Write `\\{token}`.")
            case "&" | "\\\\" if not self.in_table:
                self.wrong(
                    f"A `{token}` is outside an environment with columns and lines.",
                    at,
                    "Put the lines between `\\begin{aligned}` and `\\end{aligned}`.",
                )
            case "&" | "\\\\":
                self.marks.add(token)
                self.out.append(token)
                if token != "&" and (gap := _GAP.match(self.tex, self.pos)):
                    self.pos = gap.end()
            case "\\":
                self.wrong("There is a backslash at the end.", at)
            case "\\/" | "\\-":
                pass
            case "\\\n" | "\\\t":
                self.out.append("\\ ")
            case _ if token[0] == "\\" and token[1] not in "\\,:;!> {}|%$&#_":
                self.wrong(f"The command `{token}` is unknown.", at)
            case _ if token[0].isdigit():
                # Braces keep the letters after a number from being read as its unit.
                self.out.append(token)
                if _LETTER.match(self.tex, self.pos):
                    self.out.append("{}")
            case _:
                self.out.append(token)

    def braces(self, at: int, in_table: bool = False) -> None:
        self.out.append("{")
        outside, self.marks = self.marks, set()
        if self.group("}", in_table):
            self.pos += 1
        else:
            self.wrong("A brace `{` is never closed.", at)
        self.marks = outside
        self.out.append("}")

    def label(self, name: str, content: str, at: int) -> None:
        """Take the name of the formula or of the row."""
        raise NotImplementedError

    def command(self, token: str, at: int) -> None:
        """Read the command ``token`` at ``at``, with its arguments."""
        raise NotImplementedError


# --- physical units --------------------------------------------------------------------------
# Quantities of siunitx as TeX: ``\qty{9.81}{\metre\per\second}``.

PREFIXES = {
    "quecto": "q", "ronto": "r", "yocto": "y", "zepto": "z", "atto": "a", "femto": "f",
    "pico": "p", "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "deca": "da",
    "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P",
    "exa": "E", "zetta": "Z", "yotta": "Y", "ronna": "R", "quetta": "Q", "kibi": "Ki",
    "mebi": "Mi", "gibi": "Gi", "tebi": "Ti",
}  # fmt: skip
UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "kilogram": "kg", "second": "s", "ampere": "A",
    "kelvin": "K", "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa",
    "joule": "J", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F", "ohm": "Ω",
    "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm", "lux": "lx",
    "becquerel": "Bq", "gray": "Gy", "sievert": "Sv", "katal": "kat", "radian": "rad",
    "steradian": "sr", "degreeCelsius": "°C", "celsius": "°C", "litre": "L", "liter": "L",
    "minute": "min", "hour": "h", "day": "d", "hectare": "ha", "tonne": "t", "electronvolt": "eV",
    "dalton": "Da", "astronomicalunit": "au", "bel": "B", "decibel": "dB", "neper": "Np",
    "percent": "%", "degree": "°", "arcminute": "′", "arcsecond": "″", "bit": "bit",
    "byte": "B", "bar": "bar", "angstrom": "Å", "barn": "b", "knot": "kn", "mmHg": "mmHg",
    "nauticalmile": "M", "atomicmassunit": "u", "calorie": "cal", "rpm": "rpm",
}  # fmt: skip
SHORT = frozenset(
    "km cm mm nm pm fm dm m kg mg g s ms ns min h Hz kHz MHz GHz N kN J kJ MJ eV keV MeV"
    " W kW MW V mV kV A mA K Pa kPa MPa hPa L mL l ml mol mmol C F H T".split()
)
POWERS = {"squared": "2", "cubed": "3"}
POWERS_BEFORE = {"square": "2", "cubic": "3"}
TIGHT = frozenset("°′″")
COMMANDS = {
    "SI": "nu", "qty": "nu", "si": "u", "unit": "u", "num": "n", "ang": "a", "SIrange": "nnu",
    "qtyrange": "nnu", "numrange": "nn",
}  # fmt: skip
"""The types of each command's arguments: numbers, units, angles."""

_NUMBER = late(
    r"\s*+([+-]?(?:[.,\s]*+\d++)++[.,]?|[+-]?)\s*+(?:(\\pm|\+-|±|\()\s*+([\d.,]++)\)?)?"
    r"\s*+(?:[eEdD]\s*+([+-]?\d++))?\s*+"
)
_UNIT = late(
    r"\\(?P<command>[A-Za-z]+)|(?P<letters>[^\W\d_]+|[%°′″])|\^\s*(?:\{(?P<power>[^{}]*)\}"
    r"|(?P<digit>-?\d))|(?P<per>/)|(?P<gap>[.~\s*·]+|\\[,;: ]|\{\}|[{}])"
)


class UnknownUnitError(Exception):
    """A text is not a number or unit."""


def quantity(command: str, arguments: list[str]) -> str:
    """The TeX for a command of siunitx. Raises `UnknownUnitError`."""
    kinds = COMMANDS[command]
    if kinds == "a":
        return _angle(arguments[0])
    numbers = [number(text) for kind, text in zip(kinds, arguments, strict=True) if kind == "n"]
    numbers_text = r"\text{–}".join(numbers)
    if kinds[-1] != "u":
        return numbers_text
    of = unit(arguments[-1])
    tight = of.startswith(tuple(f"\\mathrm{{{sign}}}" for sign in TIGHT))
    return f"{numbers_text}{'' if tight or not numbers_text else chr(92) + ','}{of}"


def number(text: str) -> str:
    """A number, with its uncertainty and its power of ten."""
    factors = [_NUMBER.fullmatch(factor) for factor in re.split(r"x|\\times", text)]
    if not text.strip() or not all(factors):
        raise UnknownUnitError(text)
    return r"\times ".join(_factor(match) for match in factors if match)


def _factor(match: re.Match[str]) -> str:
    value, kind, doubt, power = match.groups()
    parts = ["".join(value.split()).replace(",", "{,}")]
    if doubt:
        parts.append(f"({doubt})" if kind == "(" else f"\\pm {doubt.replace(',', '{,}')}")
    if power:
        base = "10" if not value.strip("+- ") else "\\times 10"
        parts.append(f"{base}^{{{power.lstrip('+')}}}")
    return "".join(parts)


def _angle(text: str) -> str:
    signs = ("°", "′", "″")
    parts = text.split(";")
    if len(parts) > len(signs):
        raise UnknownUnitError(text)
    return "".join(
        f"{number(part)}\\mathrm{{{sign}}}"
        for part, sign in zip(parts, signs, strict=False)
        if part.strip()
    )


def unit(text: str) -> str:
    """A unit, in names or in letters, with negative powers for divisors."""
    out: list[list[str]] = []  # each unit and its power
    prefix, power, below, pos = "", "", False, 0
    while pos < len(text):
        match = _UNIT.match(text, pos)
        if not match:
            raise UnknownUnitError(text[pos:])
        pos = match.end()
        name = match["command"] or ""
        exponent = match["power"] or match["digit"] or POWERS.get(name, "")
        if name in ("tothe", "raiseto"):
            argument = re.match(r"\{([^{}]*)\}", text[pos:])
            if not argument:
                raise UnknownUnitError(name)
            pos += argument.end()
            if name == "raiseto":
                power = argument[1]
                continue
            exponent = argument[1]
        if exponent:
            if not out:
                raise UnknownUnitError(text)
            out[-1][1] = _power(exponent, out[-1][1].startswith("-"))
        elif name in PREFIXES:
            prefix = PREFIXES[name]
        elif name in POWERS_BEFORE:
            power = POWERS_BEFORE[name]
        elif name == "per" or match["per"]:
            below = True
        elif name in ("of", "highlight"):
            raise UnknownUnitError(name)
        elif name or match["letters"]:
            if name and name not in UNITS and name not in SHORT:
                raise UnknownUnitError(name)
            sign = prefix + (UNITS.get(name, name) if name else match["letters"])
            out.append([sign, _power(power or "1", below)])
            prefix, power = "", ""
            below = False
    return r"\,".join(
        f"\\mathrm{{{sign.replace('%', chr(92) + '%')}}}" + (f"^{{{to}}}" if to != "1" else "")
        for sign, to in out
    )


def _power(exponent: str, below: bool) -> str:
    exponent = exponent.strip()
    return f"-{exponent}" if below and not exponent.startswith("-") else exponent


# --- commands --------------------------------------------------------------------------------
# The supported TeX in formulas: what latex2mathml knows, except what has no place in a document
# (definitions, colours, links) and what browsers cannot display.

UNARY = frozenset(
    "acute bar breve check dot ddot dddot ddddot grave hat tilde vec widehat widetilde widecheck"
    " mathring overline underline overbrace underbrace overbracket underbracket overparen"
    " underparen overrightarrow overleftarrow overleftrightarrow underrightarrow"
    " underleftarrow underleftrightarrow boxed cancel bcancel xcancel phantom hphantom vphantom"
    " pmod mod bra ket braket substack".split()
)
TWO_ARGUMENTS = frozenset(
    "frac dfrac tfrac cfrac binom dbinom tbinom overset underset stackrel".split()
)
FENCED = frozenset({"binom", "dbinom", "tbinom", "pmod"})
"""Commands whose brackets latex2mathml excludes from the base of a script."""

FONTS = frozenset(
    "mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt mathnormal boldsymbol"
    " bm".split()
)
OLD_FONTS = frozenset("rm bf it sf cal".split())
TEXTS = frozenset(
    "text textbf textit textrm textsf texttt textnormal textup textmd textsc emph mbox hbox fbox"
    " operatorname".split()
)
TEXT_NAMES = {
    **dict.fromkeys(("textnormal", "textup", "textmd", "textsc", "mbox", "hbox"), "text"),
    "emph": "textit",
}
"""Commands that latex2mathml knows by another name."""

PLAIN = frozenset(
    "mathbin mathrel mathord mathopen mathclose mathpunct mathinner ensuremath smash mathllap"
    " mathrlap mathclap llap rlap clap vcenter hcancel".split()
)
"""Commands that only affect the spacing of their argument, which is set as it is."""

SWITCHES = frozenset(
    "strut mathstrut hfill hfil centering normalsize tiny scriptsize footnotesize small large Large"
    " LARGE huge Huge"
    " allowbreak nobreak relax protect null newline vspace smallskip medskip bigskip noindent"
    " boldmath unboldmath upshape".split()
)
"""Commands without visible output."""

SPACED = frozenset({"hskip", "kern", "mkern", "mskip"})
SPECIAL = frozenset(
    "tag label rule color textcolor hline hdashline cline cdashline mathop textcircled ce cf pu"
    " intertext shortintertext".split()
)
"""Commands with their own readers."""
DELIMITED = frozenset(
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r")
)
SPACES = frozenset(
    "quad qquad enspace thinspace thickspace negthinspace space nobreakspace hspace".split()
)
ARROWS = frozenset(
    "xleftarrow xrightarrow xleftrightarrow xLeftarrow xRightarrow xLeftrightarrow xmapsto"
    " xhookleftarrow xhookrightarrow xlongequal xrightleftharpoons xleftrightharpoons".split()
)
FUNCTIONS = frozenset(
    "arccos arcsin arctan arctg arg cos cosh cot coth csc ctg cosec deg dim exp hom ker lcm lg ln"
    " log sec sgn sin sinh tan tanh tg th".split()
)
LIMITS = frozenset(
    "lim sup inf max min limsup liminf argmax argmin det gcd Pr injlim projlim".split()
)
OTHERS = frozenset(
    "sqrt left right middle limits nolimits displaystyle textstyle scriptstyle"
    " scriptscriptstyle over choose atop not bmod begin end nonumber notag".split()
)
STRUCTURE = (UNARY | TWO_ARGUMENTS | FONTS | OLD_FONTS | TEXTS | DELIMITED | SPACES | ARROWS) | (
    FUNCTIONS | LIMITS | OTHERS | PLAIN | SWITCHES | SPACED | SPECIAL
)

OTHER_NAMES = dict(
    pair.split(":")
    for pair in (
        "Bra:bra Ket:ket Bbb:mathbb mathbbm:mathbb mathds:mathbb bold:mathbf frak:mathfrak"
        " pmb:boldsymbol darr:downarrow dArr:Downarrow Darr:Downarrow uarr:uparrow uArr:Uparrow"
        " Uarr:Uparrow larr:leftarrow lArr:Leftarrow Larr:Leftarrow rarr:rightarrow"
        " rArr:Rightarrow Rarr:Rightarrow harr:leftrightarrow hArr:Leftrightarrow"
        " diamonds:diamondsuit clubs:clubsuit hearts:heartsuit spades:spadesuit empty:emptyset"
        " exist:exists infin:infty intop:int isin:in plusmn:pm sdot:cdot sub:subset"
        " sube:subseteq supe:supseteq sect:S dag:dagger ddag:ddagger weierp:wp image:Im real:Re"
        " ohm:Omega thetasym:vartheta underbar:underline overgroup:overparen"
        " undergroup:underparen nleqq:nleq shortparallel:parallel negmedspace:negthinspace"
        " negthickspace:negthinspace operatornamewithlimits:operatorname* dotsi:cdots"
        " dotsm:cdots dotsb:cdots toprule:hline midrule:hline bottomrule:hline"
    ).split()
)
SIGNS = dict(
    pair.split(":")
    for pair in (
        "O:Ø o:ø P:¶ copyright:© textdegree:° texteuro:€ euro:€ micro:µ celsius:°C TeX:TeX"
        " LaTeX:LaTeX lq:‘ rq:’"
    ).split()
)
OPERATORS = ("arg", "lcm", "sgn", "arcctg", "sh", "ch", "plim")
BOARDS = {**dict(zip("CNQRZ", "CNQRZ", strict=True)), "reals": "R", "Reals": "R", "cnums": "C"}

ALIASES = {
    **{name: rf"\{target}" for name, target in OTHER_NAMES.items()},
    **{name: rf"\text{{{sign}}}" for name, sign in SIGNS.items()},
    **{name: rf"\operatorname{{{name}}}" for name in OPERATORS},
    **{name: rf"\mathbb{{{letter}}}" for name, letter in BOARDS.items()},
    "dblcolon": "{:}{:}",
    "nonumber": "",
    "notag": "",
}
"""Replacements for commands that latex2mathml does not know, or treats wrongly."""

ENVIRONMENTS = {
    **{name: name for name in "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix cases".split()},
    **{f"{name}matrix*": "matrix" for name in ("", *"pbBvV")},
    **{name: name for name in ("smallmatrix", "array", "split")},
    **dict.fromkeys(("psmallmatrix", "bsmallmatrix", "vsmallmatrix"), "smallmatrix"),
    **dict.fromkeys(("dcases", "rcases", "drcases", "cases*"), "cases"),
    **dict.fromkeys(("darray", "subarray"), "array"),
    **dict.fromkeys(
        "align align* aligned eqnarray eqnarray* alignat alignat* alignedat flalign flalign*"
        " xalignat xalignat*".split(),
        "align*",
    ),
    **dict.fromkeys("gather gather* gathered multline multline* multlined".split(), "matrix"),
}
"""The environments, and the equivalent ones of latex2mathml: numbers are not handled in TeX."""

COUNTED = frozenset({"alignat", "alignat*", "alignedat", "xalignat", "xalignat*"})
"""Environments with a column specification."""

WRAPPERS = frozenset({"equation", "equation*", "displaymath", "math", "subequations"})
"""Environments that only mark their content as a formula."""

NOT_HERE = {
    "ref": "Refer to a formula in the text: `@eq-name`.",
    "eqref": "Refer to a formula in the text: `@eq-name`.",
    "href": "Put the link into the text.",
    "url": "Put the link into the text.",
    "includegraphics": "Put the image into the text.",
}
"""Hints for commands that writers know from elsewhere."""

INSTEAD = {
    "over": r"Write `\frac{a}{b}`.",
    "choose": r"Write `\binom{n}{k}`.",
    "atop": r"Write `\substack{a \\ b}`.",
    **dict.fromkeys(
        ("limits", "nolimits"),
        r"Write it after a sign such as `\sum`, and before an index; or write `\underset{a}{x}`.",
    ),
}
"""Hints for commands that stand between others, where they have nothing to stand between."""

COLOURS = "Formulas have the colour of the text."


@functools.cache
def symbols() -> dict[str, str]:
    """The characters for commands without arguments, by their names."""
    from latex2mathml import commands
    from latex2mathml.symbols_parser import SYMBOLS

    others = {
        *commands.COMMANDS_WITH_ONE_PARAMETER,
        *commands.COMMANDS_WITH_TWO_PARAMETERS,
        *commands.CONVERSION_MAP,
        *commands.LOCAL_FONTS,
        *commands.GLOBAL_FONTS,
    }
    return {
        name[1:]: chr(int(code, 16))
        for name, code in SYMBOLS.items()
        if re.fullmatch(r"\\[A-Za-z]+", name) and name not in others
    }


def is_known(name: str) -> bool:
    return name in STRUCTURE or name in ALIASES or name in COMMANDS or name in symbols()


def names() -> frozenset[str]:
    """The names of all commands."""
    return STRUCTURE | ALIASES.keys() | symbols().keys()


# --- macros ----------------------------------------------------------------------------------
# Commands that a document defines for its formulas: ``\newcommand`` and related commands, read
# where they occur, and expanded where they are used.

LONGEST_FORMULA = 10_000
"""The maximum length of a formula, as written and after expansion."""

MOST_MACRO_USES = 1_000
"""The maximum number of uses in a formula: more would never end."""

_COMMAND = late(r"\\(?:[A-Za-z]+|.|$)", re.DOTALL)
_DEFINING = late(r"\\((?:new|renew|provide)command|(?:g|e|x)?def|let|DeclareMathOperator)(\*?)")
_NAME = late(r"\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))")
_COUNT = late(r"\s*\[(\d)\]")
_DEFAULT = late(r"\s*\[([^\[\]]*)\]")
_PARAMETERS = late(r"\s*((?:#\d)*)")
_LET = late(r"\s*+(?:=\s*+)?(\\[A-Za-z]+|\S)")
_ARGUMENT = late(r"\s*(\\(?:[A-Za-z]+|.)|[^\\{}\s])", re.DOTALL)
_PLACE = late(r"#(\d)")


class Macro(NamedTuple):
    """A command's replacement, with ``#1`` and so on; the first may have a ``default``."""

    body: str
    arguments: int = 0
    default: str | None = None


class _Expansion(NamedTuple):
    """A formula without commands of its own, and where each of its characters comes from."""

    tex: str
    origins: tuple[int, ...] | None = None
    mistake: Mistake | None = None

    def origin(self, at: int) -> int:
        if not self.origins:
            return at
        return self.origins[min(at, len(self.origins) - 1)]


def defines(tex: str) -> bool:
    """Return whether a formula defines commands."""
    return _DEFINING.search(tex) is not None


def write_out(tex: str, macros: dict[str, Macro]) -> _Expansion:
    """The formula with ``macros`` expanded; its own definitions are added to them."""
    if not (macros or defines(tex)):
        return _Expansion(tex)
    return _Writer(tex, macros).run()


class _Writer:
    def __init__(self, tex: str, macros: dict[str, Macro]) -> None:
        self.tex = tex
        self.macros = macros
        self.out: list[str] = []
        self.origins: list[int] = []
        self.uses = 0

    def run(self) -> _Expansion:
        # Texts to be read, the next one last, with their own position if they are expanded.
        waiting: list[tuple[str, int, int | None]] = [(self.tex, 0, None)]
        while waiting:
            text, pos, place = waiting.pop()
            command = _COMMAND.search(text, pos)
            end = command.start() if command else len(text)
            self.copy(text, pos, end, place)
            if len(self.origins) > LONGEST_FORMULA or self.uses > MOST_MACRO_USES:
                message = "The document's own commands expand endlessly, or to something too long."
                hint = "A command must not be part of its own definition."
                return _Expansion("", None, Mistake(message, place or 0, hint))
            if not command:
                continue
            at = command.start() if place is None else place
            name = command[0][1:]
            if defining := _DEFINING.match(text, end):
                after = self.define(text, defining)
                if after is None:
                    message = f"The definition `\\{defining[1]}` cannot be read."
                    hint = r"Write `\newcommand{\name}{what it stands for}`."
                    return _Expansion("", None, Mistake(message, at, hint))
                waiting.append((text, after, place))
            elif macro := self.macros.get(name):
                self.uses += 1
                body, after = _expand(macro, text, command.end())
                waiting.append((text, after, place))
                waiting.append((body, 0, at))
                if len(body) > LONGEST_FORMULA:
                    self.uses = MOST_MACRO_USES
            else:
                self.copy(text, end, command.end(), place)
                waiting.append((text, command.end(), place))
        return _Expansion("".join(self.out), tuple(self.origins))

    def copy(self, text: str, start: int, end: int, place: int | None) -> None:
        self.out.append(text[start:end])
        places = range(start, end) if place is None else [place] * (end - start)
        self.origins.extend(places)

    def define(self, text: str, defining: re.Match[str]) -> int | None:
        """Record a definition, and return its end; None if it is invalid."""
        name_match = _NAME.match(text, defining.end())
        if not name_match:
            return None
        kind, name, pos = defining[1], name_match[1] or name_match[2], name_match.end()
        if kind == "let":
            if not (equivalent := _LET.match(text, pos)):
                return None
            macro = self.macros.get(equivalent[1][1:]) if equivalent[1][0] == "\\" else None
            self.macros[name] = macro or Macro(equivalent[1])
            return equivalent.end()
        count, default = 0, None
        if kind.endswith("def"):
            parameters = _PARAMETERS.match(text, pos)
            assert parameters is not None  # it may be empty
            count, pos = len(parameters[1]) // 2, parameters.end()
        elif counted := _COUNT.match(text, pos):
            count, pos = int(counted[1]), counted.end()
            if default_match := _DEFAULT.match(text, pos):
                default, pos = default_match[1], default_match.end()
        body, pos = _argument(text, pos)
        if body is None:
            return None
        if kind == "DeclareMathOperator":
            body = f"\\operatorname{defining[2]}{{{body}}}"
        if not (kind == "providecommand" and name in self.macros):
            self.macros[name] = Macro(body, count, default)
        return pos


def _expand(macro: Macro, text: str, pos: int) -> tuple[str, int]:
    """The expansion of a command that ends at ``pos``, and the end of its arguments."""
    arguments: list[str] = []
    if macro.default is not None:
        default_match = _DEFAULT.match(text, pos)
        arguments.append(default_match[1] if default_match else macro.default)
        pos = default_match.end() if default_match else pos
    while len(arguments) < macro.arguments:
        argument, pos = _argument(text, pos)
        arguments.append(argument or "")
    if not arguments:
        return macro.body + ("" if macro.body[-1:] != "\\" else " "), pos

    def argument_of(place: re.Match[str]) -> str:
        number = int(place[1])
        return arguments[number - 1] if 0 < number <= len(arguments) else ""

    return _PLACE.sub(argument_of, macro.body[:LONGEST_FORMULA]), pos


def _argument(text: str, pos: int) -> tuple[str | None, int]:
    """The content of braces at ``pos``, or the single token there, and its end."""
    while text[pos : pos + 1].isspace():
        pos += 1
    if text[pos : pos + 1] != "{":
        match = _ARGUMENT.match(text, pos)
        return (match[1], match.end()) if match else (None, pos)
    end = closing_brace(text, pos)
    return (None, pos) if end is None else (text[pos + 1 : end], end + 1)


# --- chemistry -------------------------------------------------------------------------------
# Chemistry in mhchem's ``\ce{…}``, converted to TeX: ``2H2 + O2 -> 2H2O``.

_REACTION_TOKEN = late(
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
REACTION_ARROWS = {
    "->": "rightarrow", "<-": "leftarrow", "<->": "leftrightarrow", "<-->": "leftrightarrow",
    "<=>": "rightleftharpoons", "<=>>": "rightleftharpoons", "<<=>": "rightleftharpoons",
}  # fmt: skip
BONDS = {"=": "\\text{=}", "#": "\\text{≡}", "*": "\\cdot ", ".": "\\cdot ", "~": "\\,"}
_CHARGE = late(r"\{|(\d*[+-]+|[+-]*\d+[+-]*|[A-Za-z*]+[+-]?)")
_LABEL = late(r"\s*\[([^\[\]]*)\]")
_STATE = late(r"\((?:aq|s|l|g)\)")
DEEPEST_REACTION = 4
"""The maximum nesting of labels of arrows."""


def chemistry(text: str, depth: int = 0) -> str:
    r"""The TeX for the content of ``\ce``."""
    out: list[str] = []
    pos, holds = 0, False  # whether the last piece can have an index or a charge
    while match := _REACTION_TOKEN.match(text, pos):
        kind, piece = match.lastgroup or "other", match[0]
        start, pos = pos, match.end()
        match kind:
            case "arrow":
                pos = _arrow(out, text, pos, REACTION_ARROWS[piece], depth)
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
    while depth < DEEPEST_REACTION and len(labels) < 2 and (label := _LABEL.match(text, pos)):
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


# --- formula texts ---------------------------------------------------------------------------
# Text within a formula: the content of ``\text{…}``, where LaTeX sets words, with formulas in
# dollar signs, font changes and accents.

_PIECE = late(
    r"\\[A-Za-z]+\*?\s*|\\.|\$(?:[^$\\]|\\.)*\$|~|-{2,3}|``|''|[{}]|[^\\${}~`'-]+|.", re.DOTALL
)
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a",
    "k": "\u0328",
}  # fmt: skip
LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "textdegree": "°", "texteuro": "€",
    "euro": "€", "textmu": "µ", "copyright": "©", "textcopyright": "©", "S": "§", "P": "¶",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textbackslash": "\\", "LaTeX": "LaTeX",
    "TeX": "TeX", "textendash": "–", "textemdash": "—", "textquotesingle": "'",
    "quad": "\u2003", "qquad": "\u2003\u2003", "enspace": "\u2002", "thinspace": "\u2009",
    "space": " ", "nobreakspace": "\u00a0", "textasciitilde": "~", "textbar": "|",
    "textless": "<", "textgreater": ">", "lbrace": "{", "rbrace": "}",
}  # fmt: skip
TEXT_SIGNS = {
    "~": "\u00a0", "--": "–", "---": "—", "``": "“", "''": "”", "\\ ": " ", "\\,": "\u2009",
    "\\;": " ", "\\:": " ", "\\!": "", "\\/": "", "\\-": "", "\\\n": " ", "\\@": "",
}  # fmt: skip
TEXT_SWITCHES = OLD_FONTS | frozenset(
    "em normalfont rmfamily sffamily ttfamily bfseries itshape mdseries upshape slshape tiny small"
    " scriptsize footnotesize normalsize large Large LARGE huge Huge displaystyle textstyle"
    " scriptstyle protect relax".split()
)
"""Commands that switch to another font or size, which are ignored."""


OWN_FONTS = {"textbf": "textbf", "textit": "textit", "emph": "textit", "texttt": "texttt"}
"""Commands that set their argument in another font."""


class MathPiece(NamedTuple):
    """Words of a text with their ``font`` command, if any, or a formula; ``at`` a position."""

    text: str
    is_formula: bool = False
    at: int = 0
    font: str = ""


class UnreadableTextError(Exception):
    """A text with a command that is not known, at a character of it."""

    def __init__(self, name: str, at: int) -> None:
        super().__init__(name)
        self.name = name
        self.at = at


def pieces(text: str) -> list[MathPiece]:
    """The words and formulas of a text. Raises `UnreadableTextError`."""
    result: list[MathPiece] = []
    buffer: list[str] = []
    accent = font = ""
    around = [""]

    def flush() -> None:
        if words := "".join(buffer):
            result.append(MathPiece(words, font=around[-1]))
        buffer.clear()

    for piece in _PIECE.finditer(text):
        source = piece[0]
        name = source[1:].strip() if source[0] == "\\" else ""
        if source == "{":
            if font not in ("", around[-1]):
                flush()
            around.append(font or around[-1])
        elif source == "}" and len(around) > 1:
            if around[-2] != around[-1]:
                flush()
            around.pop()
        font = OWN_FONTS.get(name, "")
        if source in "{}":
            continue
        if len(source) > 1 and source[0] == "$":
            flush()
            result.append(MathPiece(source[1:-1], True, piece.start() + 1))
            continue
        if name in ACCENTS and (not name.isalpha() or len(name) == 1):
            accent = ACCENTS[name]
            continue
        words = _words(source, name, piece.start())
        if accent and words:
            words = unicodedata.normalize("NFC", words[0] + accent) + words[1:]
            accent = ""
        buffer.append(words)
    flush()
    return result


def _words(source: str, name: str, at: int) -> str:
    if source in TEXT_SIGNS:
        return TEXT_SIGNS[source]
    if not name:
        return source
    if not name.isalpha():
        return name
    if name in LETTERS:
        return LETTERS[name]
    if name in TEXT_SWITCHES or name in TEXTS or name in FONTS:
        return ""
    if character := symbols().get(name):
        return character
    raise UnreadableTextError(name, at)


def quote_words(words: str) -> str:
    """Words in the form that latex2mathml needs: it only accepts braces outside text."""
    parts = re.split(r"([{}\\])", words)
    names = {"{": "\\{", "}": "\\}", "\\": "\\backslash "}
    return "".join(
        names.get(part) or (f"\\text{{{_escape(part)}}}" if part else "") for part in parts
    )


def _escape(words: str) -> str:
    return re.sub(r"([$%&#_])", r"\\\1", words)
