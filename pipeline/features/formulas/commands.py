"""The supported TeX in formulas: what latex2mathml knows, except what has no place in a document
(definitions, colours, links) and what browsers cannot display."""

from __future__ import annotations

import functools
import re

from pipeline.features.formulas.physical_units import COMMANDS

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
