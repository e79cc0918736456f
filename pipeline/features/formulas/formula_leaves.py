"""The leaves of a formula: letters, numbers, operators and text, as MathML Core has them."""

from __future__ import annotations

import unicodedata
from xml.etree.ElementTree import Element

from pipeline.features.formulas.alphabets import in_alphabet
from pipeline.features.formulas.commands import FUNCTIONS as FUNCTION_NAMES
from pipeline.features.formulas.rows import FUNCTION
from pipeline.features.formulas.table_lines import NUMBER_MARK
from pipeline.model.late import late

TOKENS = frozenset({"mi", "mn", "mo", "mtext"})
ATTRIBUTES = {
    "mfrac": ("linethickness",),
    "mo": tuple(
        "fence form largeop lspace maxsize minsize movablelimits rspace separator stretchy"
        " symmetric".split()
    ),
    "mspace": ("width", "height", "depth"),
    "mstyle": ("displaystyle", "scriptlevel"),
    "mtable": ("displaystyle",),
    "mpadded": ("width", "height", "depth", "lspace", "voffset"),
    "mtd": ("columnalign", "class"),
}
"""The attributes to keep: those of MathML Core, and alignment, which style sheets use."""

LENGTHS = {
    "thinmathspace": "0.167em",
    "mediummathspace": "0.222em",
    "thickmathspace": "0.278em",
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
}
IDENTIFIERS = frozenset("∞∅…⋯⋮⋱%‰#&@§¶")
"""Characters that Unicode classifies as operators but that represent something by themselves."""

LIMIT_NAMES = frozenset(
    "lim sup inf max min lim\u2006sup lim\u2006inf arg\u2009max arg\u2009min det gcd Pr"
    " inj\u2006lim proj\u2006lim".split(" ")
)
DRAWN = str.maketrans("⟂⧵", "⊥∖")
"""Characters that math fonts lack, and lookalikes that they have."""

_ENTITY = late(r"&#x([0-9A-Fa-f]+);")
_ESCAPED = late(r"\\(.)")


def with_permitted(element: Element, result: Element) -> Element:
    """``result`` with the permitted attributes of ``element``."""
    for name in ATTRIBUTES.get(result.tag, ()):
        if value := element.get(name):
            result.set(name, LENGTHS.get(value, value))
    return result


def token(element: Element) -> Element:
    """A corrected leaf of latex2mathml's."""
    text = _ENTITY.sub(lambda match: chr(int(match[1], 16)), element.text or "")
    text = text.translate(DRAWN)
    tag, variant = element.tag, element.get("mathvariant", "")
    if not text or text == NUMBER_MARK:
        return Element("mrow")
    if text == "\N{NO-BREAK SPACE}":
        return Element("mspace", {"width": "0.25em"})
    if tag == "mtext":
        return _text(_ESCAPED.sub(r"\1", text), variant)
    name = text.replace("\N{NO-BREAK SPACE}", " ")
    is_function = name in FUNCTION_NAMES or (tag == "mo" and len(name) > 1 and name.isalpha())
    if name == "mod":
        return _modulo()
    if text in IDENTIFIERS:
        tag = "mi"
    elif tag == "mi" and len(text) == 1 and _is_operator(text):
        tag = "mo"
    elif is_function and name not in LIMIT_NAMES:
        tag = "mi"
    result = with_permitted(element, Element(tag))
    if name in LIMIT_NAMES or (is_function and tag == "mi"):
        result.set("class", FUNCTION)
    if text == "/" or name in LIMIT_NAMES:  # the spaces of a function are beside it
        result.set("lspace", "0em")
        result.set("rspace", "0em")
    if name in LIMIT_NAMES:
        result.set("movablelimits", "true")
    if variant == "normal" or (tag == "mi" and "Α" <= text <= "Ω"):
        if tag == "mi" and len(text) == 1:
            result.set("mathvariant", "normal")
    elif variant:
        text = in_alphabet(text, variant)
    result.text = text
    return result


def _text(text: str, variant: str) -> Element:
    element = Element("mtext")
    element.text = text
    if variant in ("bold", "italic", "monospace"):
        element.set("class", variant)
    return element


def _modulo() -> Element:
    operator = Element("mo", {"lspace": "0.222em", "rspace": "0.222em"})
    operator.text = "mod"
    return operator


def _is_operator(char: str) -> bool:
    return unicodedata.category(char) in ("Sm", "Pd", "Ps", "Pe", "Po")
