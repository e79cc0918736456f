"""The TeX that formulas may be written in: what latex2mathml knows, but for what has no
place in a document (definitions, colours, links) and what browsers cannot set."""

from __future__ import annotations

import functools
import re

ONE_ARGUMENT = frozenset(
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
"""Commands whose brackets latex2mathml leaves outside of what a script is put to."""

FONTS = frozenset(
    "mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt mathnormal boldsymbol"
    " bm".split()
)
OLD_FONTS = frozenset("rm bf it sf cal".split())
TEXTS = frozenset(
    "text textbf textit textrm textsf texttt textnormal textup emph mbox operatorname".split()
)
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
STRUCTURE = (
    ONE_ARGUMENT | TWO_ARGUMENTS | FONTS | OLD_FONTS | TEXTS | DELIMITED | SPACES | ARROWS
) | (FUNCTIONS | LIMITS | OTHERS)

ALIASES = {
    **{name: rf"\operatorname{{{name}}}" for name in ("arg", "lcm", "sgn")},
    **{name: rf"\mathbb{{{name}}}" for name in "CNQRZ"},
    "nonumber": "",
    "notag": "",
}
"""What latex2mathml is given for commands that it does not know, or knows too well."""

ENVIRONMENTS = {
    **{name: name for name in "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix cases".split()},
    **{name: name for name in ("smallmatrix", "array", "split")},
    **dict.fromkeys(("align", "align*", "aligned", "eqnarray", "eqnarray*"), "align*"),
    **dict.fromkeys(("gather", "gather*", "gathered"), "matrix"),
}
"""The environments, and those of latex2mathml that they are given as: numbers are not
TeX's matter here."""

WRAPPERS = frozenset({"equation", "equation*", "displaymath", "math"})
"""Environments that say nothing but that there is a formula."""

NOT_HERE = {
    "label": "Give the formula an id after its end: `$$ {#eq-name}`.",
    "tag": "Formulas with an id are numbered: `$$ {#eq-name}`.",
    "ref": "Refer to a formula in the text: `@eq-name`.",
    "eqref": "Refer to a formula in the text: `@eq-name`.",
    "href": "Put the link into the text.",
    "ce": "Write `\\mathrm{H_2O}`.",
    "newcommand": "Write out what it stands for.",
    "def": "Write out what it stands for.",
    **dict.fromkeys(
        ("color", "textcolor", "colorbox", "fcolorbox"), "Formulas have the colour of the text."
    ),
    **dict.fromkeys(("hline", "hdashline"), "Lines cannot be drawn in a formula: use a table."),
}
"""Hints for commands that writers know from elsewhere."""


@functools.cache
def symbols() -> dict[str, str]:
    """The characters that commands without arguments stand for, by their names."""
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
    return name in STRUCTURE or name in ALIASES or name in symbols()


def names() -> frozenset[str]:
    """All commands that there are."""
    return STRUCTURE | ALIASES.keys() | symbols().keys()
