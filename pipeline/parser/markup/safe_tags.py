"""The safe subset of HTML: allowed elements and attributes, and their nesting."""

from __future__ import annotations

import msgspec

from pipeline.model import Attributes, Node
from pipeline.model.diagnostics import Span
from pipeline.model.tree import FOR_TEACHERS
from pipeline.parser.attributes import ALIGNED, ALIGNMENTS, make
from pipeline.parser.names import meant_name
from pipeline.parser.style_attributes import InlineStyle


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INLINE_TAGS = _words(
    "b i u small sub sup kbd samp var mark q cite dfn ins span bdi bdo time ruby rt rp"
)
"""They have no node of their own, and become an `InlineElement`."""

FORMATTING_TAGS = _words("em strong del s strike a code tt abbr acronym")
HEADING_TAGS = _words("h1 h2 h3 h4 h5 h6")
CONTAINER_TAGS = _words("div section aside details summary address")
TABLE_PARTS = _words("caption colgroup thead tbody tfoot tr th td")
OTHER_BLOCK_TAGS = _words("p ul ol menu li dl dt dd blockquote pre table figure figcaption")
VOID_TAGS = _words("br hr img wbr col")

PLAIN_BLOCK_TAGS = _words(
    "html body main header footer nav article hgroup center form fieldset legend dialog search"
    " noscript noframes dir optgroup option menuitem"
)
PLAIN_INLINE_TAGS = _words(
    "font big nobr label output data picture blink marquee rb rtc button slot"
)
"""Plain tags are left out and their content is kept: they change the look, or have a use
only on a page that runs scripts or sends forms."""

DROPPED_TAGS = _words(
    "script style iframe frameset object applet template svg math audio video canvas head title"
    " textarea select datalist progress meter map noembed xmp"
)
"""Elements that are left out with their content."""

DROPPED_VOID_TAGS = _words(
    "input link meta base basefont bgsound param embed frame source track area keygen"
)

RAW_TEXT_TAGS = _words("script style textarea title xmp iframe noembed")
"""Elements in which there is no markup until the end tag."""

BLOCK_TAGS = (CONTAINER_TAGS | TABLE_PARTS | OTHER_BLOCK_TAGS | HEADING_TAGS | PLAIN_BLOCK_TAGS) - {
    "summary"
}

KNOWN_TAGS = (
    INLINE_TAGS | FORMATTING_TAGS | BLOCK_TAGS | CONTAINER_TAGS | VOID_TAGS | PLAIN_INLINE_TAGS
    | DROPPED_TAGS | DROPPED_VOID_TAGS
)  # fmt: skip


def withheld_by(tag: str) -> str:
    """The meaning of a tag that HTML does not have, if it is named like an answer, or ""."""
    name = "" if tag in KNOWN_TAGS else meant_name(tag)
    return name if name in FOR_TEACHERS else ""


IMPLIED_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(("li",), (_words("li"), BLOCK_TAGS - {"li", "p", "div", "address"})),
    **dict.fromkeys(
        ("dt", "dd"), (_words("dt dd"), BLOCK_TAGS - {"dt", "dd", "p", "div", "address"})
    ),
    **dict.fromkeys(("td", "th"), (_words("td th caption"), _words("table tr"))),
    "tr": (_words("tr caption"), _words("table thead tbody tfoot")),
    **dict.fromkeys(
        ("thead", "tbody", "tfoot", "caption"),
        (_words("thead tbody tfoot caption colgroup"), _words("table")),
    ),
    **dict.fromkeys(("rt", "rp"), (_words("rt rp"), _words("ruby") | BLOCK_TAGS)),
}
"""The open elements that a start tag ends although they have no end tag, and those beyond which it
ends none."""

ENDS_PARAGRAPH = BLOCK_TAGS - TABLE_PARTS | {"table", "hr", "summary"}
"""Start tags that end an open ``p``."""

_GLOBAL = ("title", "lang")
_CITING = _words("blockquote q del ins")
_BY_TAG: dict[str, tuple[str, ...]] = {
    "time": ("datetime",),
    **dict.fromkeys(("del", "ins"), ("datetime",)),
    "details": ("open",),
    "img": ("width",),
}
_ALIGNED = _words("p div img figure section")


def attributes_of(tag: str, values: dict[str, str]) -> Attributes:
    """The attributes of an element that are kept."""
    kept = (*_GLOBAL, *_BY_TAG.get(tag, ()))
    pairs = [(name, values[name]) for name in kept if name in values]
    if tag in _CITING and values.get("cite", "").startswith(("https://", "http://")):
        pairs.append(("cite", values["cite"]))
    if values.get("dir", "").lower() in ("ltr", "rtl", "auto"):
        pairs.append(("dir", values["dir"].lower()))
    name = (values.get("id", "") or (values.get("name", "") if tag == "a" else "")).strip()
    classes = tuple(values.get("class", "").split())
    alignment = ALIGNMENTS.get(values.get("align", "").strip().lower(), "")
    if alignment and tag in HEADING_TAGS:
        classes = tuple(dict.fromkeys((*classes, f"heading-{alignment}")))
    elif tag == "center" or (alignment and tag in _ALIGNED):
        classes = tuple(dict.fromkeys((*classes, alignment or "center")))
    elif tag in _ALIGNED and (others := [ALIGNED[name] for name in classes if name in ALIGNED]):
        classes = tuple(dict.fromkeys((*classes, *others[0])))
    return make("" if len(name.split()) > 1 else name, classes, tuple(pairs))


def styled(values: dict[str, str], style: InlineStyle) -> dict[str, str]:
    """The attributes of an element, with the equivalents of its style where it has none."""
    side, *more = ALIGNED.get(style.attributes.get("align", ""), ("",))
    if side:
        classes = " ".join((values.get("class", ""), *more)).strip()
        values = {"align": side, **values, **({"class": classes} if classes else {})}
    return {**style.attributes, **values}


_BARE = _words(
    "allowfullscreen alt async autofocus autoplay border checked class compact controls data"
    " default defer disabled download hidden href id inert ismap itemscope loop markdown multiple"
    " muted nohref noresize noshade novalidate nowrap open playsinline popover readonly required"
    " reversed selected src title"
)


def is_word(name: str) -> bool:
    """Return whether an attribute without a value is a word of text: ``a <b and c> d``."""
    return name.isalpha() and name not in _BARE


class Frame(msgspec.Struct, eq=False):
    """An open element: its tag, and its content so far. It begins with ``opening``, the markup that
    ends at ``opened``."""

    tag: str
    values: dict[str, str]
    span: Span | None
    items: list[Node] = []
    attributes: Attributes = Attributes()
    style: InlineStyle = InlineStyle()
    opening: str = ""
    opened: Span | None = None

    def __post_init__(self) -> None:
        self.attributes = attributes_of(self.tag, self.values)
