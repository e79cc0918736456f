"""Jekyll's kramdown and Liquid, and Hugo's shortcodes."""

from __future__ import annotations

import re

from pipeline.features.dialects import lessons
from pipeline.features.dialects.reading import INCLUDE
from pipeline.model import NO_ATTRIBUTES
from pipeline.model.audience import conditions_of
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser import attributes
from pipeline.parser.attributes import joined
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match
from pipeline.parser.dialects import Comment, Dialect, LinePair, Sign, Standing, ToldMark
from pipeline.parser.lines import Cursor

# --- jekyll ----------------------------------------------------------------------------------
# Jekyll's kramdown and Liquid: attributes of a block on a line below it, the place of the
# contents, comments and tags.

_SEED = late(r"\{:toc\}[ \t]*$")
_LIST = late(r"\{:[^{}\n]*\}[ \t]*$")
_SEEDS = frozenset({"toc", "contents", "table of contents"})
_HEADING = late(r"h[1-6]$")


class AttributesProcessor(LineProcessor):
    """A line that disappears: the attributes of the block above, or the place of the contents."""

    begins = "{"

    def start(self, cursor: Cursor) -> bool:
        rest = cursor.rest
        if _SEED.match(rest):
            self._leave_out(cursor)
            self.parser.asks_for_contents = True
            self._drop_seed()
            return True
        if "p" in (self.parser.innermost.tag, self.parser.tip.tag):
            return False
        return bool(_LIST.match(rest)) and self._attributes(cursor)

    def _leave_out(self, cursor: Cursor) -> None:
        self.parser.close_unmatched()
        cursor.skip_rest()

    def _drop_seed(self) -> None:
        """Remove the list of one item that kramdown replaces by the contents."""
        while self.parser.tip.tag in ("ul", "ol"):
            self.parser.close_tip()
        parent = self.parser.tip
        last = parent.last
        if last is not None and last.tag in ("ul", "ol") and len(last) == 1:
            text = "".join(str(line) for leaf in last.iter() for line in getattr(leaf, "lines", ()))
            if text.strip().lower() in _SEEDS:
                parent.remove(last)

    def _attributes(self, cursor: Cursor) -> bool:
        """Give an attribute list to the block directly above it."""
        parser, text = self.parser, cursor.rest.strip()
        listed = attributes.read(text)
        if not listed or listed[1] != len(text) or conditions_of(listed[0]) != NO_ATTRIBUTES:
            return False
        container = parser.innermost
        last = container.last
        if last is None or parser.gap(last.end, cursor.number):
            return False
        place = cursor.line.at()
        self._leave_out(cursor)
        if _HEADING.match(last.tag) or last.tag in ("pre", "container"):
            last.state = joined(last.attributes, listed[0])
            return True
        message = f"The attributes `{text}` are kramdown's, and are left out: no list, quotation or"
        hint = f"Put the block between `::: {text[2:].strip()}` and `:::`.".replace("::: ", "::: {")
        parser.report(Code.LIKELY_SLIP, f"{message} table has any.", place, hint)
        return True


_BOX = late(r"(?:(?:prompt|alert|callout)-|notice--)?([a-z]+?)(-title)?$")
_BOX_KINDS = {**KINDS, "notice": "note", "primary": "note", "success": "tip"}


class BoxProcessor(LineProcessor):
    """Attributes with a class for which a theme draws a box (``{: .prompt-info}``): of the
    paragraph or quotation directly above them, or below. ``titled``: it begins with its title."""

    begins = "{"
    container = True

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest.strip()
        listed = attributes.read(text) if _LIST.match(text) else None
        if not listed or listed[1] != len(text) or conditions_of(listed[0]) != NO_ATTRIBUTES:
            return False
        matches = filter(None, map(_BOX.match, listed[0].classes))
        named = next((match for match in matches if match[1] in _BOX_KINDS), None)
        if named is None:
            return False
        given = {"name": _BOX_KINDS[named[1]], "titled": named[2] or ""}
        state = attributes.make(listed[0].id)
        above = self._above(cursor)
        if above is not None:
            box = BlockElement("container", above.line, self, **given)
            box.column, box.end, box.last_read, box.state = (
                above.column,
                above.end,
                cursor.number,
                state,
            )
            parent = self.parser.tip
            parent[-1] = box
            box.append(above)
            self.close(box, parent)
        elif "p" not in (self.parser.innermost.tag, self.parser.tip.tag) and self.parser.next_line:
            self.open(cursor, "container", state, **given)
        else:
            return False
        cursor.skip_rest()
        return True

    def _above(self, cursor: Cursor) -> BlockElement | None:
        """The paragraph or quotation directly above a line, closed."""
        parser = self.parser
        if parser.innermost.tag == "p":
            parser.close_unmatched()
            parser.close_tip()
        last = parser.innermost.last
        if (
            last is None
            or last.tag not in ("p", "blockquote")
            or parser.gap(last.end, cursor.number)
        ):
            return None
        parser.close_unmatched()
        return last

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.NO if cursor.blank else Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        if len(block) == 1 and block.first is not None and block.first.tag == "blockquote":
            block[:] = block.first[:]
        first = block.first
        if block.get("titled") and first is not None and first.tag == "p" and len(block) > 1:
            block.set("argument", " ".join(first.lines))
            del block[0]


_ATTRIBUTES = r"\{:?[ ]?(?:[.#][A-Za-z][\w-]*|(?:class|dir|id|lang|not|only|width)=[^\s{}]+)\}"

KRAMDOWN = Dialect(
    names=("kramdown",),
    blocks={"kramdown-box": BoxProcessor, "kramdown-attributes": AttributesProcessor},
    comments=(
        Comment(
            late(r"\{::comment\}"), late(r"\{:/(?:comment)?\}"), "a kramdown comment", "{:/comment}"
        ),
    ),
    marks=(
        ToldMark(
            late(r"\{::(?:nomarkdown|options)\b[^{}\n]{0,100}\}|\{:/(?:nomarkdown)?\}"),
            "an extension of kramdown",
            "Leave it out.",
        ),
        ToldMark(
            late(rf"(?<=\S){_ATTRIBUTES}|{_ATTRIBUTES}(?=[ \t]*+\S)"),
            "an attribute list that applies to nothing",
            r"Put what it is about in brackets: `[text]\g<0>`.",
        ),
    ),
)

LIQUID = Dialect(
    names=("Liquid",),
    begins=frozenset("{"),
    standing=(Standing(late(r"\{%-? *(?:end)?raw *-?%\}")),),
    comments=(
        Comment(late(r"\{#(?:-|(?=\s|$))"), late(r"#\}"), "a Jinja comment", "#}", text=True),
        Comment(late(r"\{\{!"), late(r"\}\}"), "a Handlebars comment", "}}", text=True),
        Comment(late(r"\{%-?\s*#"), late(r"-?%\}"), "a Liquid comment", "%}", text=True),
        Comment(
            late(r"\{%-?\s*comment\b[^{}%\n]{0,100}%\}"),
            late(r"\{%-?\s*endcomment\s*-?%\}"),
            "a Liquid comment",
            "{% endcomment %}",
        ),
    ),
    marks=(
        ToldMark(
            late(r"\{%[^\n]{0,300}?%\}"),
            "a tag of Liquid or Jinja",
            f"Write the text that it stands for. {INCLUDE}",
        ),
        ToldMark(
            late(
                r"(?<!\{)\{\{-?[ \t]*(?:book|page|site|gitbook|post|layout|include)\."
                r"[^{}\n]{1,200}\}\}"
            ),
            "a value of Liquid or GitBook",
            "Write what it says, or a variable of the front matter: `{{ name }}`.",
        ),
    ),
)

JEKYLL = Dialect(
    names=("Jekyll",),
    begins=frozenset("{"),
    signs=(Sign("endhighlight", late(r"(?m)^[ \t]*\{%-? *highlight \w")),),
    verbatim=(
        LinePair(
            late(r"\{%-? *highlight +(?P<kind>[\w+#-]++)[^%]*+%\}"),
            lessons.closing_of(r"\{%-? *endhighlight *-?%\}"),
        ),
    ),
)


# --- hugo ------------------------------------------------------------------------------------
# Hugo's shortcodes: figures, boxes, folds, tabs, code; and its comments.

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
    return lessons.closing_of(rf"\{{\{{[<%] *+/ *+(?:{names}) *+[>%]\}}\}}")


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
