"""Front matter of other tools: TOML and JSON of Hugo, and title blocks of Pandoc, which are read as
if they were YAML; MultiMarkdown's metadata, which are reported."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any, NamedTuple

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.frontmatter.keys import ALIASES, KEYS
from pipeline.parser.frontmatter.yaml import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    Mapping,
    Node,
    Place,
    Scalar,
    Sequence,
)
from pipeline.parser.lines import Cursor, shorten

AS_YAML = "Write it as YAML: `---`, lines such as `title: The well`, and `---` again."


class Foreign(NamedTuple):
    """The entries of front matter, the number of its lines, and a message about it, if any."""

    mapping: Mapping
    lines: int
    message: str = ""
    hint: str = ""


_START = Place(1, 1)
_NOTHING = Mapping((), _START)
_TOML = late(
    r"\+\+\+[ \t]*\n(?=\s*(?:#|\[|[\"']?[\w-]+[\"']?[ \t]*=))((?:.*\n)*?)\+\+\+[ \t]*(?:\n|\Z)"
)
_JSON = late(r'\{\s*"[\w-]+"\s*:')
_TITLE = late(r"%(?: |\n|\Z)")
_MULTI = late(
    r"(?:title|author|subtitle)[ \t]*:[ \t]*+[^\s_].*(?:\n(?:[A-Za-z][\w -]*:|[ \t]+\S).*)*"
    r"(?=\n[ \t]*\n)",
    re.IGNORECASE,
)


_KEYS = {
    "Hugo": """aliases audio build builddate cascade disablehljs disableshare draft editpost
        expirydate featured featuredimage hiddenfromhomepage hidemeta hidesummary images
        iscjklanguage katex lastmod lightgallery linktitle markup math mathjax menu menus mermaid
        outputs pinned publishdate robotsnoindex searchhidden showbreadcrumbs showreadingtime
        showtoc showwordcount sitemap slug summary thumbnail tocopen translationkey type url
        videos weight""",
    "Jekyll": """authorprofile categories category classes collection comments excerpt
        excerptseparator grandparent haschildren hastoc header hidden icon image lastmodifiedat
        layout navexclude navorder ogimage order parent permalink pin readtime redirectfrom
        redirectto related renderwithliquid searchexclude share sidebar tagline teaser tocicon
        toclabel tocsticky usemathjax""",
    "Obsidian": """alias banner bannery created cssclass cssclasses dghome dgpublish down
        excalidrawplugin kanbanplugin modified progress publish rating source status up updated""",
    "Docusaurus, VitePress, Starlight": """customediturl displayedsidebar editlink editurl features
        head hero heroimage hidetableofcontents hidetitle id lastupdate lastupdated navbar
        next outline pageclass paginationlabel paginationnext paginationprev prev sidebarclassname
        sidebarlabel sidebarposition slug tableofcontents tocmaxheadinglevel tocminheadinglevel
        unlisted updateddate""",
    "MkDocs, GitBook, Eleventy, Zola": """boost coverheight covery
        eleventyexcludefromcollections eleventynavigation extra hide nav pagination search""",
    "Quarto, R Markdown": """alwaysallowhtml codeannotations codefold codelink codetools
        crossref editor editoroptions embedresources engine execute filters jupyter knit knitr
        linkcolor listing numberdepth params referencelocation selfcontained site urlcolor
        vignette website""",
    "Marp, Slidev": """aspectratio background backgroundcolor backgroundimage backgroundposition
        backgroundrepeat backgroundsize canvaswidth clicks colorschema drawings headingdivider
        hideintoc highlighter marp mdc monaco paginate routeralias transition""",
    "MyST, Jupyter Book": "exports jupytext kernelspec mystnb orphan",
    "The Carpentries": "exercises keypoints objectives questions teaching",
    "kramdown-rfc": """abbrev area category coding consensus docname entity informative ins ipr
        normative number obsoletes pi smartquotes standalone submissiontype updates
        v venue wg workgroup""",
}
"""The keys of tools that have no equivalent here, without hyphens and the like."""

_FOREIGN = frozenset(key for keys in _KEYS.values() for key in keys.split())


def is_foreign_key(name: str) -> bool:
    """Return whether a key means something to another tool, and nothing here."""
    return "".join(filter(str.isalnum, name.lower())) in _FOREIGN


MOST_LINES = 100
"""The number of lines in which the end of front matter within a text is looked for."""

_KEY = late(r"([A-Za-z][\w-]*+)[ \t]*:(?:[ \t]|$)")
_ENTRY = late(r"[\w\"'][^:\n]{0,80}:(?:[ \t]|$)|[ \t]+\S|- |#|[\]}]")
_END = late(r"(?:---|\.\.\.)[ \t]*$")


class LaterProcessor(VerbatimProcessor):
    """Front matter in the middle of a text, as Pandoc, slides and joined files have it, which is
    left out: lines of YAML with a known key, without an empty one."""

    begins = "-"

    def start(self, cursor: Cursor) -> bool:
        first = _KEY.match(self.parser.next_line)
        key = first[1] if first else ""
        is_known = key in KEYS or key in ALIASES or is_foreign_key(key)
        if not is_known or cursor.rest.rstrip() != "---" or self.parser.tip.tag == "p":
            return False
        lines = self.parser.lines_ahead(MOST_LINES)
        end = next((at for at, line in enumerate(lines) if not _ENTRY.match(line)), -1)
        if not _END.match(lines[end]):
            return False
        message = "Front matter within the text is left out: only that at the beginning counts."
        hint = f"Move what you need there, such as `{shorten(lines[0].strip())}`."
        self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(), hint)
        block = self.open(cursor, "mark")
        block.set("last", str(cursor.number + end + 1))
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.END if str(cursor.number) == block.get("last") else Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        del parent[-1]
        self.parser.record.skip(block.line, block.end)


def other_front_matter(text: str) -> Foreign | None:
    """The front matter of another tool at the beginning of a text."""
    match text[:1]:
        case "+" if match := _TOML.match(text):
            return _toml(match[1], match[0].count("\n"))
        case "{" if _JSON.match(text):
            return _json(text[:MAX_CHARACTERS])
        case "%":
            return _title_block(text)
        case _ if match := _MULTI.match(text):
            first = match[0].partition("\n")[0].strip()
            message = f"`{first[:60]}` looks like metadata of MultiMarkdown, and stays as text."
            return Foreign(_NOTHING, 0, message, "Put a line `---` before and after these lines.")
    return None


def _toml(text: str, lines: int) -> Foreign:
    import tomllib

    try:
        values = tomllib.loads(text[:MAX_CHARACTERS])
        return Foreign(_mapping(values, text, 2), lines)
    except (ValueError, RecursionError) as error:
        message = f"The TOML between `+++` cannot be read, and is left out: {error}."
        return Foreign(_NOTHING, lines, message.replace("\n", " "), AS_YAML)


def _json(text: str) -> Foreign | None:
    try:
        values, end = json.JSONDecoder().raw_decode(text)
        if text[end : end + 1] not in ("", "\n"):
            return None
        return Foreign(_mapping(values, text, 1), text.count("\n", 0, end) + 1)
    except (ValueError, RecursionError):
        return None


def _mapping(values: dict[str, Any], text: str, first: int) -> Mapping:
    """The entries of a table whose ``text`` begins on the line ``first``."""
    lines = text.split("\n")
    entries = []
    for key, value in values.items():
        begins = re.compile(rf"[\s\[]*[\"']?{re.escape(key)}[\"']?\s*[=:\].]")
        number = next((at for at, line in enumerate(lines) if begins.match(line)), 0)
        column = max(0, lines[number].find(key))
        place = Place(first + number, column + 1, len(key))
        entries.append((Scalar(key, place), _node(value, place, 1)))
    return Mapping(tuple(entries), _START)


def _node(value: Any, place: Place, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ValueError(f"lists and tables are more than {MAX_DEPTH} deep")
    match value:
        case dict():
            entries = ((Scalar(k, place), _node(v, place, depth + 1)) for k, v in value.items())
            return Mapping(tuple(entries), place)
        case list():
            return Sequence(tuple(_node(item, place, depth + 1) for item in value), place)
        case bool():
            return Scalar(str(value).lower(), place)
        case None:
            return Scalar("", place)
        case datetime.date():
            return Scalar(value.isoformat()[:10], place)
    return Scalar(str(value), place, '"' if isinstance(value, str) else "")


def _title_block(text: str) -> Foreign | None:
    """Pandoc's title, authors and date, each after ``%``, up to an empty line. A single line before
    a heading of the first level is a comment of MyST."""
    fields: list[list[str]] = []
    starts: list[int] = []
    number = 0
    lines = text.split("\n", 64)[:64]
    for number, line in enumerate(lines, 1):
        if _TITLE.match(line) and len(fields) < len(_FIELDS):
            fields.append([line[1:].strip()])
            starts.append(number)
        elif fields and line.strip() and line[0] in " \t":
            fields[-1].append(line.strip())
        elif line.strip():
            return None
        else:
            break
    following = next((line for line in lines[number:] if line.strip()), "")
    if not fields or (len(fields) == 1 and following.startswith("# ")):
        return None
    entries = []
    for key, lines_of_field, start in zip(_FIELDS, fields, starts, strict=False):
        place = Place(start, 1)
        node: Node = Scalar(" ".join(lines_of_field).strip(), place)
        if key == "author":
            names = (name.strip() for part in lines_of_field for name in part.split(";"))
            node = Sequence(tuple(Scalar(name, place) for name in names if name), place)
        entries.append((Scalar(key, place), node))
    return Foreign(Mapping(tuple(entries), _START), number)


_FIELDS = ("title", "author", "date")
