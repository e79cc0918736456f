"""Hugo's shortcodes: figures, boxes, folds, tabs, code; and its comments."""

from __future__ import annotations

import re

from pipeline.features.dialects import lessons
from pipeline.features.dialects.reading import INCLUDE
from pipeline.model.late import late
from pipeline.parser.dialects import Comment, Dialect, LinePair, Sign, Standing, ToldMark

_PAIR = late(r"(?<![\w-])([\w-]{1,40})=(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s\"'>}]+))")
_KIND = r"(?:(?:type|kind|style|color|context|icon)=)?\"?(?P<kind>[a-z]+)\"?"
_TITLE = r"(?:(?:title|summary|name|header)=)?\"(?P<title>[^\"]{1,200})\""
_OTHERS = r"(?: +[\w-]+=(?:\"[^\"]*\"|[^\s\"'<>{}]++))*+"


def figure(match: re.Match[str]) -> str:
    """The image of a shortcode ``figure``, with its caption."""
    written = {key: a or b or c for key, a, b, c in _PAIR.findall(match[1])}
    written = {key: value.replace('\\"', '"') for key, value in written.items()}
    caption = written.get("caption") or written.get("title") or ""
    alt = written.get("alt") or caption
    title = ' "{}"'.format(caption.replace('"', '\\"')) if caption else ""
    return f"![{alt}](<{written.get('src', '')}>{title})"


def _begin(names: str, rest: str) -> re.Pattern[str]:
    return late(rf"\{{\{{[<%] *+(?:{names}){rest}{_OTHERS} *+[>%]\}}\}}")


def _end(names: str) -> re.Pattern[str]:
    return lessons.closing(rf"\{{\{{[<%] *+/ *+(?:{names}) *+[>%]\}}\}}")


_BOXES = "notice|callout|admonition|alert|hint"
_KNOWN = f"figure|highlight|details|expand|tabs?|{_BOXES}|youtube|vimeo"

HUGO = Dialect(
    names=("Hugo",),
    comments=(Comment(late(r"\{\{-?\s*/\*"), late(r"\*/\s*-?\}\}"), "a Hugo comment", "*/}}"),),
    marks=(
        ToldMark(
            late(r"\{\{[<%][^\n]{0,300}?[>%]\}\}"),
            "a shortcode of Quarto or Hugo",
            f"Write the text that it stands for. {INCLUDE}",
        ),
    ),
)

HUGO_SITE = Dialect(
    names=("Hugo",),
    begins=frozenset("{"),
    signs=(Sign("{{", late(rf"(?m)^[ \t]*\{{\{{[<%] *+(?:/ *+)?(?:{_KNOWN})\b")),),
    pairs=(
        LinePair(_begin(_BOXES, rf"(?: +{_KIND})?(?: +{_TITLE})?"), _end(_BOXES)),
        LinePair(_begin("details|expand", f" +{_TITLE}"), _end("details|expand"), name="details"),
        LinePair(_begin("tab", f" +{_TITLE}"), _end("tab"), name="tab"),
    ),
    verbatim=(
        LinePair(
            late(r"\{\{< *+highlight +\"?(?P<kind>[\w+#-]++)\"?+[^<>]*+>\}\}"), _end("highlight")
        ),
    ),
    standing=(
        Standing(late(r"\{\{< *+figure ([^\n{}>]*+)/?>\}\}"), text=figure),
        Standing(
            late(r"\{\{< *+youtube +(?:id=)?\"?([\w-]{6,20})\"?[^{}>]*+>\}\}"),
            text=r"<https://www.youtube.com/watch?v=\1>",
        ),
        Standing(
            late(r"\{\{< *+vimeo +(?:id=)?\"?(\d{4,20})\"?[^{}>]*+>\}\}"),
            text=r"<https://vimeo.com/\1>",
        ),
        Standing(late(r"\{\{[<%] *+/? *+tabs[^\n{}>%]*+[>%]\}\}")),
    ),
    containers={"tab": lessons.tab},
)
