"""Notations of programs that make sites of documentation, books and blogs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from pipeline.features.dialects import lessons
from pipeline.features.dialects.reading import INCLUDE
from pipeline.model import (
    NO_ATTRIBUTES,
    Block,
    Document,
    Inline,
    List,
    Note,
    NoteReference,
    Paragraph,
    Text,
)
from pipeline.model.audience import conditions_of
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import FOR_TEACHERS, rewrite
from pipeline.parser.attributes import join_attributes, make_attributes, read_attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor, Match, VerbatimProcessor
from pipeline.parser.container_blocks import ContainerProcessor, IndentedProcessor
from pipeline.parser.dialects import Comment, Dialect, Inclusion, LinePair, Sign, Standing, ToldMark
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result
from pipeline.parser.lines import Cursor, Line, emoji_named
from pipeline.parser.names import meant_name

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
        listed = read_attributes(text)
        if not listed or listed[1] != len(text) or conditions_of(listed[0]) != NO_ATTRIBUTES:
            return False
        container = parser.innermost
        last = container.last
        if last is None or parser.gap(last.end, cursor.number):
            return False
        place = cursor.line.at()
        self._leave_out(cursor)
        if _HEADING.match(last.tag) or last.tag in ("pre", "container"):
            last.state = join_attributes(last.attributes, listed[0])
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
        listed = read_attributes(text) if _LIST.match(text) else None
        if not listed or listed[1] != len(text) or conditions_of(listed[0]) != NO_ATTRIBUTES:
            return False
        matches = filter(None, map(_BOX.match, listed[0].classes))
        named = next((match for match in matches if match[1] in _BOX_KINDS), None)
        if named is None:
            return False
        given = {"name": _BOX_KINDS[named[1]], "titled": named[2] or ""}
        state = make_attributes(listed[0].id)
        above = self._take_above(cursor)
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

    def _take_above(self, cursor: Cursor) -> BlockElement | None:
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


_KRAMDOWN_ATTRIBUTES = (
    r"\{:?[ ]?(?:[.#][A-Za-z][\w-]*|(?:class|dir|id|lang|not|only|width)=[^\s{}]+)\}"
)

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
            late(rf"(?<=\S){_KRAMDOWN_ATTRIBUTES}|{_KRAMDOWN_ATTRIBUTES}(?=[ \t]*+\S)"),
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
_HUGO_KIND = r"(?:(?:type|kind|style|color|context|icon)=)?\"?(?P<kind>[a-z]+)\"?"
_HUGO_TITLE = r"(?:(?:title|summary|name|header)=)?\"(?P<title>[^\"]{1,200})\""
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
        LinePair(_begin(_BOXES, rf"(?: +{_HUGO_KIND})?(?: +{_HUGO_TITLE})?"), _end(_BOXES)),
        LinePair(
            _begin("details|expand", f" +{_HUGO_TITLE}"), _end("details|expand"), name="details"
        ),
        LinePair(_begin("tab", f" +{_HUGO_TITLE}"), _end("tab"), name="tab"),
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


# --- docusaurus ------------------------------------------------------------------------------
# Docusaurus and VitePress: tabs, groups of code, and code of MDX.

_CODE = late(
    r"import (?:type )?(?:[\w$*{][^'\"\n]{0,300} from )?(?P<sign>['\"])[^'\"\n]+(?P=sign);?[ \t]*$"
    r"|import (?:[\w$]+, *)?\{[^'\"}]*$"
    r"|export (?:default )?(?:const|let|var|class|(?:async )?function)\b[^\n]{0,300}?[=({]"
    r"|export default [\w$({<]|export (?:\*|\{[^}\n]*\}) from ['\"]"
)
_BRACKETS = late(r"[()\[\]{}]")
_GOES_ON = late(r"[ \t)\]}<]")


class ModuleProcessor(VerbatimProcessor):
    """Lines of MDX that import or export something, which are code, and left out, up to the end of
    their brackets. ``state`` is the number of these that are open."""

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.char in ("i", "e") and not cursor.indent and self.parser.tip.tag != "p"

    def start(self, cursor: Cursor) -> bool:
        if not _CODE.match(cursor.rest):
            return False
        message = "Lines of MDX that import or export something are code, and left out."
        self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(), "Leave them out.")
        self._take(self.open(cursor, "mark", 0), cursor)
        return True

    def _take(self, block: BlockElement, cursor: Cursor) -> None:
        for bracket in _BRACKETS.findall(cursor.rest):
            block.state += 1 if bracket in "([{" else -1
        block.end = cursor.number
        cursor.skip_rest()

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        is_closed = block.state <= 0
        if cursor.blank and (is_closed or not _GOES_ON.match(self.parser.next_line)):
            return Match.NO
        if is_closed and not cursor.indent and not _CODE.match(cursor.rest):
            return Match.NO
        self._take(block, cursor)
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        del parent[-1]
        self.parser.record.skip(block.line, block.end)


MDX = Dialect(
    names=("MDX",),
    blocks={"mdx-module": ModuleProcessor},
    comments=(Comment(late(r"\{\s*/\*"), late(r"\*/\s*\}"), "an MDX comment", "*/}"),),
)


_MDX_TITLE = r"(?:\{?[\"'])(?P<title>[^\"']{1,100})[^<>]*>"

DOCUSAURUS = Dialect(
    names=("Docusaurus",),
    begins=frozenset("<"),
    signs=(Sign("</TabItem>", late(r"(?m)^[ \t]*<TabItem\b")),),
    pairs=tuple(
        LinePair(
            late(rf"<TabItem\b(?: [^<>]*?)?\b{name}={_MDX_TITLE}"),
            lessons.closing_of("</TabItem>"),
            "tab",
        )
        for name in ("label", "value")
    ),
    standing=(Standing(late(r"</?Tabs\b[^<>]*>")),),
    containers={"tab": lessons.tab},
)

VITEPRESS = Dialect(
    names=("VitePress",),
    signs=(Sign("code-group", late(r"(?m)^:{3,} *code-group *$")),),
    containers={"code-group": lessons.content},
)


# --- markdoc ---------------------------------------------------------------------------------
# Markdoc: callouts, tabs, and files.

_TAG_ATTRIBUTES = r"(?: +[\w-]+=(?:\"[^\"]*\"|[^\s\"%]+))*"
_TAG_KIND = r"(?: +(?:type|kind|status)=\"(?P<kind>\w+)\")?"


MARKDOC = Dialect(
    names=("Markdoc",),
    begins=frozenset("{"),
    signs=(Sign("{% /", late(r"(?m)^[ \t]*\{% /(?:callout|note|tabs?|side-note|aside) %\}")),),
    inclusions=(Inclusion(late(r"\{% *partial +file=\"(?P<path>[^\"]{1,300})\"[^%]*/%\}")),),
    pairs=(
        LinePair(
            late(
                rf"\{{% *(?:callout|note|aside){_TAG_KIND}(?: +title=\"(?P<title>[^\"]*)\")?"
                rf"{_TAG_ATTRIBUTES} *%\}}"
            ),
            lessons.closing_of(r"\{% */(?:callout|note|aside) *%\}"),
        ),
        LinePair(
            late(rf"\{{% *tab +(?:label|title|name)=\"(?P<title>[^\"]+)\"{_TAG_ATTRIBUTES} *%\}}"),
            lessons.closing_of(r"\{% */tab *%\}"),
            "tab",
        ),
    ),
    standing=(Standing(late(r"\{% *(?:/tabs|tabs|table|/table)[^%]*%\}")),),
    containers={"tab": lessons.tab},
    boxes={"check": "tip"},
)


# --- mdbook ----------------------------------------------------------------------------------
# mdBook, as the Rust book uses it: listings with captions and file names.

MDBOOK = Dialect(
    names=("mdBook",),
    begins=frozenset("<"),
    signs=(Sign("</Listing>", late(r"(?m)^<Listing\b")),),
    pairs=(
        LinePair(
            late(r"<Listing(?P<title>(?: +[\w-]+=(?:\"[^\"]*\"|'[^']*'))*) *>"),
            lessons.closing_of("</Listing>"),
            name="mdbook-listing",
        ),
    ),
    containers={"mdbook-listing": lessons.listing},
)


# --- gitbook ---------------------------------------------------------------------------------
# GitBook: hints, tabs, titled code, embedded addresses, and code that is another file.

_INCLUDED = late(
    r"<pre><code(?: class=\"(?:lang-|language-)?(?P<language>[\w+-]*)\")?>"
    r"[ \t]*\{%-?[ \t]*include[ \t]+[\"'](?P<path>[^\"'\n]{1,300})[\"'][ \t]*-?%\}"
    r"[ \t]*(?P<end></code></pre>)?"
)
_CODE_END = lessons.closing_of("</code></pre>")


class IncludedCodeProcessor(VerbatimProcessor):
    """``<pre><code>{% include "./programs/if.py" %}</code></pre>``, the code in a file; its end may
    be on a later line."""

    begins = "<"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        match = _INCLUDED.fullmatch(cursor.rest.rstrip())
        if match is None or not (match["end"] or self.parser.comes_later(_CODE_END)):
            return False
        suffix = PurePosixPath(match["path"]).suffix.removeprefix(".")
        block = self.open(cursor, "pre", make_attributes(pairs=(("file", match["path"]),)))
        block.set("language", match["language"] or ("" if suffix == "txt" else suffix))
        if match["end"]:
            self.parser.close_tip()
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.END if _CODE_END.fullmatch(cursor.remainder.rstrip()) else Match.YES


GITBOOK = Dialect(
    names=("GitBook",),
    begins=frozenset("{"),
    signs=(
        Sign(
            "{%",
            late(r"(?m)^[ \t]*\{% *(?:end(?:hint|tabs?|code|stepper)|content-ref|embed|file)\b"),
        ),
        Sign("<pre><code", late(r"(?m)^<pre><code[^<>]*>[ \t]*\{%-? *include ")),
    ),
    blocks={"included-code": IncludedCodeProcessor},
    pairs=(
        LinePair(
            late(r"\{% *hint +style=\"(?P<kind>\w+)\"[^%]*%\}"),
            lessons.closing_of(r"\{% *endhint *%\}"),
        ),
        LinePair(
            late(r"\{% *tab +title=\"(?P<title>[^\"]{1,100})\" *%\}"),
            lessons.closing_of(r"\{% *endtab *%\}"),
            name="tab",
        ),
        LinePair(
            late(r"\{% *code(?P<title>(?: +[\w-]+=\"[^\"]*\")*) *%\}"),
            lessons.closing_of(r"\{% *endcode *%\}"),
            name="gitbook-code",
        ),
    ),
    standing=(
        Standing(late(r"\{% *embed +url=\"([^\"\s]{1,500})\"[^{}%]*+%\}"), text=r"<\1>"),
        Standing(late(r"\{% *file +src=\"([^\"<>\n]{1,300})\"[^{}%]*+%\}"), text=r"[\1](<\1>)"),
        Standing(late(r"\{% *(?:tabs|stepper|end(?:tabs|content-ref|stepper|embed|file)) *%\}")),
        Standing(late(r"\{% *(?:content-ref|step|endstep)[^%]*%\}")),
    ),
    containers={"tab": lessons.tab, "gitbook-code": lessons.listing},
)


# --- github ----------------------------------------------------------------------------------
# GitHub: emoji by their names, and diagrams, which are shown as code; inclusions of editors.


def _emoji(m: re.Match[str], data: str) -> Result:
    """``:smile:``; an unknown name is text, and so is one within a word or between digits."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == ":" or not (shown := emoji_named(m[0])):
        return None
    return InlineSpan("emoji", shown, name=m[1])


GITHUB = Dialect(
    names=(),
    inlines={"emoji": Pattern(":", r":([A-Za-z0-9_+-]{1,70}):(?![\w`])", _emoji)},
    lines=(
        ToldMark(late(r"<<[<{(\[][^\n<]*\.(?:md|txt|py)"), "an inclusion of another tool", INCLUDE),
        ToldMark(
            late(r"\[\[(?:_?TOC_?|toc)\]\][^\n]|\$\{toc\}"),
            "a marker of the contents",
            "Leave it out: the contents are added automatically.",
        ),
    ),
    diagrams={
        "mermaid": "Mermaid",
        "plantuml": "PlantUML",
        "puml": "PlantUML",
        "graphviz": "Graphviz",
        "vega-lite": "Vega-Lite",
        "geojson": "GeoJSON",
        "topojson": "TopoJSON",
    },
)


# --- annotations -----------------------------------------------------------------------------
# Material for MkDocs' annotations: the items of a list as notes of the paragraph above it.

_CLASS = "annotate"
_NOTE_NUMBER = late(r"(?<![ \t])[ \t]*+\((\d{1,3})\)")


def as_notes(document: Document) -> Document:
    """The document with notes in place of the lists below paragraphs of the class `annotate`."""
    blocks: list[Block] = []
    notes = list(document.notes)
    for block in document.blocks:
        before = blocks[-1] if blocks else None
        if isinstance(block, List) and block.ordered and _is_annotated(before):
            assert isinstance(before, Paragraph)
            label = f"{_CLASS}-{len(notes)}-"
            blocks[-1] = _with_references(before, label, block)
            notes += (
                Note(label=f"{label}{number}", children=item.children, span=item.span)
                for number, item in enumerate(block.items, block.start)
            )
        else:
            blocks.append(block)
    if len(notes) == len(document.notes):
        return document
    return replace(document, blocks=tuple(blocks), notes=tuple(notes))


def _is_annotated(block: Block | None) -> bool:
    return isinstance(block, Paragraph) and _CLASS in block.attributes.classes


def _with_references(paragraph: Paragraph, label: str, items: List) -> Paragraph:
    numbers = range(items.start, items.start + len(items.items))

    def leave(node: Text) -> Text | tuple[Inline, ...]:
        pieces = tuple(_pieces(node, label, numbers))
        return pieces if len(pieces) > 1 else node

    children = rewrite(paragraph.children, leave={Text: leave})
    attributes = paragraph.attributes.without(classes={_CLASS})
    return replace(paragraph, children=children, attributes=attributes)


def _pieces(node: Text, label: str, numbers: range) -> Iterator[Inline]:
    """A text in pieces: between them, a reference for each number of an item in parentheses."""
    last = 0
    for match in _NOTE_NUMBER.finditer(node.text):
        if int(match[1]) in numbers:
            if before := node.text[last : match.start()]:
                yield replace(node, text=before)
            yield NoteReference(label=f"{label}{match[1]}", span=node.span)
            last = match.end()
    if rest := node.text[last:]:
        yield replace(node, text=rest)


# --- mkdocs ----------------------------------------------------------------------------------
# MkDocs: blocks between slashes, tabs, keys, and included files.

_SLASHES = late(r"(/{3,})[ \t]*+([^\W\d_][\w-]*+)[ \t]*+(?:\|[ \t]*+(.*))?$")
_OPTION = late(r"(type|open|new|select|attrs):[ \t]*+(.*)$")


class SlashesProcessor(ContainerProcessor):
    """MkDocs' blocks: ``/// note | Title`` to ``///``, where indented options may come first."""

    begins = "/"
    closing = late(r"(?<!/)(/{3,})[ \t]*$")

    def start(self, cursor: Cursor) -> bool:
        match = _SLASHES.match(cursor.rest)
        name = meant_name(match[2].lower()) if match else ""
        if name not in FOR_TEACHERS and (
            name not in SLASHES or not self.parser.comes_later(_LAST_SLASHES)
        ):
            return False
        if not match or self.parser.too_deep(cursor):
            return False
        state = NO_ATTRIBUTES
        count, title = str(len(match[1])), (match[3] or "").strip()
        self.open(
            cursor, "container", state, name=name, written=match[2], argument=title, colons=count
        )
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        if not block.get("begun") and cursor.indent >= 4:
            if match := _OPTION.match(cursor.rest):
                if match[1] == "type" and block.get("name") == "admonition":
                    block.set("name", match[2].strip())
                cursor.skip_rest()
                return Match.YES
        elif not cursor.blank:
            block.set("begun", "yes")
        return super().proceed(block, cursor)


_LAST_SLASHES = late(r"^[ \t>]*/{3,}[ \t]*$")
SLASHES = frozenset({*KINDS, "admonition", "details", "tab"})
"""The names of such blocks that have an equivalent; others are reported."""


_TAB = late(r'===[!+]{0,2}[ \t]+"([^"]{1,200})"[ \t]*$')


class TabProcessor(IndentedProcessor):
    """The first child is the title."""

    begins = "="

    def start(self, cursor: Cursor) -> bool:
        match = _TAB.match(cursor.rest)
        if not match or self.parser.too_deep(cursor):
            return False
        title = BlockElement("title", cursor.number)
        title.lines = [Line(match[1], cursor.number, cursor.offset + match.start(1))]
        self.open(cursor, "tab").append(title)
        cursor.skip_rest()
        return True


_KEYS = {"ctrl": "Ctrl", "alt": "Alt", "cmd": "Cmd", "esc": "Esc", "del": "Del", "tab": "Tab"}


def _keys(m: re.Match[str], data: str) -> Result:
    """``++ctrl+alt+del++``, keys as MkDocs writes them."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == "+":
        return None
    group = InlineSpan("group")
    for number, name in enumerate(m[1].split("+")):
        key = InlineSpan("element", _key(name), name="kbd")
        key.offset = m.start()
        if number:
            group[-1].tail = "+"
        group.append(key)
    return group


def _key(name: str) -> str:
    if name.lower() in _KEYS:
        return _KEYS[name.lower()]
    return " ".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _icon(m: re.Match[str], data: str) -> Result:
    """``:material-clock:``, an icon of the site."""
    if data[m.start() - 1 : m.start()].isalnum() and m.start():
        return None
    message = f"`{m[0]}` is an icon of Material for MkDocs, and is left out."
    return InlineSpan("slip", "", message=message, hint="Write what it says, if it says anything.")


MATERIAL = Dialect(
    names=("Material for MkDocs",),
    signs=(Sign(".annotate", late(r"(?m)^[ \t]*\{:?[ \t]*\.annotate[ \t]*\}[ \t]*$")),),
    settle=(as_notes,),
)

MKDOCS = Dialect(
    names=("MkDocs",),
    blocks={"slashes": SlashesProcessor, "tab": TabProcessor},
    inlines={
        "icon": Pattern(
            ":",
            r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]{1,60}:(?:\{[^{}\n]{1,100}\})?",
            _icon,
        ),
        "keys": Pattern("+", r"\+\+([A-Za-z0-9-]+(?:\+[A-Za-z0-9-]+)*)\+\+(?![\w+])", _keys),
    },
    inclusions=(Inclusion(late(r"-{1,8}8<-{1,8}[ \t]*\"(?P<path>[^\":]{1,300})\"")),),
    lines=(
        ToldMark(late(r"-{1,8}8<-"), "a snippet of MkDocs", INCLUDE),
        ToldMark(
            late(r"(?<!/)/{3,}[ \t]*[a-z][\w-]*[ \t]*(?:\||$)"),
            "a block of MkDocs",
            "Write it as a block: `::: note Title`, the text, and `:::`.",
        ),
    ),
)
