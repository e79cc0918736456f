"""Links and cross-references: their targets must exist, and be safe to follow."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    CAPTIONED,
    Attributes,
    Block,
    Captioned,
    Container,
    Document,
    Heading,
    Image,
    Inline,
    InlineElement,
    Link,
    Node,
    NoteReference,
    Paragraph,
    Section,
    tree,
)
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.model.numbered_kinds import own_number
from pipeline.model.page_map import LINE
from pipeline.model.tree import (
    Changes,
    find,
    notes_in,
    ordinals,
    plain_text,
    rewrite,
    rewrite_document,
    walk,
)
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import writing
from pipeline.resolve.findings import Findings
from pipeline.system.paths import Problem, locate, scheme

# --- summaries -------------------------------------------------------------------------------
# Removes other interactive content from the summaries of collapsible blocks.

DETAILS, SUMMARY = "details", "summary"


def free_summaries(document: Document) -> Document:
    """The document with links in summaries replaced by their text, and with references to notes
    moved to the beginning of the collapsible content."""

    def enter(node: Container) -> Container:
        if node.name != DETAILS:
            return node
        summaries = [child for child in node.children if _is_summary(child)]
        inner = list(walk(summaries))
        if not any(isinstance(child, Link | NoteReference) for child in inner):
            return node
        rest = tuple(child for child in node.children if not _is_summary(child))
        notes = tuple(notes_in(summaries))
        freed = rewrite(tuple(summaries), leave=_FREE)
        return replace(node, children=(*freed, *_with_notes(rest, notes)))

    return rewrite_document(document, enter={Container: enter})


def _is_summary(node: Node) -> bool:
    return isinstance(node, Container) and node.name == SUMMARY


def _with_notes(blocks: tuple[Block, ...], notes: tuple[Inline, ...]) -> tuple[Block, ...]:
    if not notes:
        return blocks
    if blocks and isinstance(blocks[0], Paragraph):
        first = replace(blocks[0], children=(*blocks[0].children, *notes))
        return (first, *blocks[1:])
    return (Paragraph(children=notes), *blocks)


def _unlink(link: Link) -> Node | tuple[Node, ...]:
    """The text of a link, with what its title says."""
    if not link.title:
        return link.children
    attributes = Attributes(pairs=(*link.attributes.pairs, ("title", link.title)))
    return InlineElement(name="span", children=link.children, span=link.span, attributes=attributes)


_FREE: Changes = {Link: _unlink, NoteReference: lambda reference: ()}


# --- references ------------------------------------------------------------------------------
# Links: their targets must exist, and must be safe to follow.

ON_THE_WEB = "Put the file on the web, and link to its address."
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_OF_EDITIONS = frozenset({"#contents", "#notes", "#footnotes"})


def check_references(document: Document, folder: Path) -> Document:
    """The document with its links checked against its own ids and the files in ``folder``.

    A link becomes plain text if its scheme is unsafe (UNSAFE_MARKUP), if it leads to a file, which
    outputs do not include (LOCAL_LINK), or if it leads nowhere (UNRESOLVED_LINK or OUTSIDE_FOLDER).
    A link to an included file leads to its place in the document, and one to an id prefers its own
    file. Ids are those of the finished output.
    """
    links = [(number, node.href, span) for number, node, span in find(document, Link)]
    if not links:
        return document
    findings, targets = Findings(document), _Targets(document)
    leads: dict[tuple[str, str], str | Problem] = {}
    led: dict[int, str | Problem] = {}
    for number, href, span in links:
        place = document.place(span)
        reference = (href, place.file if place else "")
        if reference not in leads:
            leads[reference] = targets.find(*reference) or _lead(href, folder)
        led[number] = lead = leads[reference]
        if isinstance(lead, Problem):
            hint = lead.hint
            if href.startswith("#") and href != "#":
                hint = hint or findings.did_you_mean(unquote(href[1:]), targets.ids, "#")
            findings.add(lead.code, lead.message, span, hint)

    def leave(link: Link, number: int) -> Node | tuple[Node, ...]:
        lead = led[number]
        if isinstance(lead, Problem):
            return link.children
        return replace(link, href=lead) if lead != link.href else link

    return findings.add_to(rewrite_document(document, leave={Link: leave}, context=ordinals()))


class _Targets:
    """The possible targets of links within a document: its ids, and its included files."""

    def __init__(self, document: Document) -> None:
        self.ids: dict[str, str] = {}
        self._like: dict[str, str] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._starts: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._source = PurePath(document.source)
        self._top = "#title"  # the templates use it
        for _, node, span in find(document, marked=True):
            name, place = node.attributes.id, document.place(span)
            if not name:
                continue
            file = place.file if place else ""
            self.ids[name] = file
            self._like.setdefault(_letters(name), f"#{name}")
            within = self._files.setdefault(file, {})
            within.setdefault(_letters(_drop_number(node)), f"#{name}")
            within[_letters(name)] = f"#{name}"
            if isinstance(node, Section | Heading):
                self._starts.setdefault(file, f"#{name}")
            if isinstance(node, Section) and node.role == "titlepage":
                self._top = f"#{name}"
        for name in (document.metadata.title, "title", "top"):
            self._like.setdefault(_letters(name), self._top)

    def find(self, href: str, source: str) -> str | Problem | None:
        """The internal address of a link in the file ``source``, or its problem; None if it leads
        elsewhere. Differences in punctuation, as between GitHub's and Pandoc's ids, are
        tolerated."""
        path, _, fragment = href.partition("#")
        name = unquote(fragment).removeprefix("user-content-")
        if scheme(path) or not (path or name):
            return None
        if not path:
            home, like = self.ids.get(name), _letters(name) or name
            near = self._files.get(source, {}).get(like) if home != source else None
            return near or (self._like.get(like) if home is None else f"#{name}")
        file = self._file(posixpath.normpath(unquote(path)))
        if file == str(self._source):
            return self.find(f"#{fragment}", "") if name else self._top
        if not name:
            return self._starts.get(file)
        if file not in self._files:
            return None
        message = f"There is no id `{name}` in “{path}”."
        target = self._files[file].get(_letters(name))
        return target or Problem(Code.UNRESOLVED_LINK, message)

    def _file(self, path: str) -> str:
        """The file of the document that a path means: also as websites write it, from the root of
        the site, with another suffix or with none."""
        file = str(self._source.parent / path)
        if file in self._files or path == self._source.name:
            return file
        stem = str(self._source.parent / path.lstrip("/").removesuffix(".html"))
        names = (*self._files, str(self._source))
        self._stems = self._stems or {name.rpartition(".")[0]: name for name in names if name}
        return self._stems.get(stem, file)


def _drop_number(node: Node) -> str:
    """An id without the number that distinguishes it from an equal heading."""
    name = node.attributes.id
    title = node.title if isinstance(node, Section) else getattr(node, "children", ())
    is_whole = isinstance(node, Section | Heading) and slug(plain_text(title)) == name
    return name if is_whole else re.sub(r"-\d+$", "", name)


def _letters(name: str) -> str:
    """An id without punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))


def drop_unsafe_addresses(document: Document) -> Document:
    """The document with links of unsafe schemes as text, and without such addresses of images."""

    def link(node: Link) -> Node | tuple[Node, ...]:
        return node.children if _is_unsafe(node.href) else node

    def image(node: Image) -> Node:
        return replace(node, source="") if _is_unsafe(node.source) else node

    return rewrite_document(document, leave={Link: link, Image: image})


def _is_unsafe(href: str) -> bool:
    return scheme(href) not in SAFE_SCHEMES | {""}


def _lead(href: str, folder: Path) -> str | Problem:
    """The target of a link that leads nowhere in the document, or its problem."""
    if scheme(href) == "//":
        return Problem(
            Code.UNSAFE_MARKUP,
            "A link that begins with the name of a computer leads to a network folder when the "
            "page is opened from a disk; only its text is kept.",
            f"For a link to the web, write `https:{href}`." if href.startswith("//") else "",
        )
    if _is_unsafe(href):
        return Problem(
            Code.UNSAFE_MARKUP,
            f"A link begins with `{scheme(href)}:`, which is not safe to follow; only its text is "
            "kept.",
        )
    if scheme(href):
        return href
    if href in ("", "#"):
        return Problem(Code.UNRESOLVED_LINK, "The link has no address; its text is kept.")
    if href.startswith("#"):
        message = f"Nothing in the document has the id `{unquote(href[1:])}`."
        hint = "Not every edition has that: link to a heading." if href in _OF_EDITIONS else ""
        return Problem(Code.UNRESOLVED_LINK, message, hint)
    located = locate(folder, href, Code.UNRESOLVED_LINK)
    if not isinstance(located, Problem):
        return Problem(
            Code.LOCAL_LINK,
            f"The link leads to “{unquote(href)}”, a file that outputs do not include;"
            " only its text is kept.",
            ON_THE_WEB,
        )
    if re.match(r"(www\.|[\w-]+\.(com|org|net|edu|gov|int|info)\b)", href):
        return located._replace(hint=f"For a link to the web, write `https://{href}`.")
    if located.code is Code.OUTSIDE_FOLDER:
        return located._replace(hint=ON_THE_WEB)
    return located


# --- cross references ------------------------------------------------------------------------
# Cross-references: the words and numbers for ``@fig-x``.

SEPARATOR = "; "

PREFIXES = ("fig-", "tbl-", "sec-", "eq-", "lst-", "ex-", "ln-")
"""The prefixes of ids that cross-references can lead to."""

# The text before a reference at the beginning of a sentence; a short word with a period is more
# likely an abbreviation (“cf.”, “p. ex.”).
BEGINNING = late(r"(?:^|(?:\w{4}[\"'”’»)]*\.|[!?…])[\"'”’»)]*\s)[\s(\[¿¡“„‘‚«]*$")
LOOK_BACK = 40

REMEDIES: dict[type[Node], str] = {
    model.Figure: 'Give it a caption: `![what it shows](file "Caption")`.',
    model.FigureGroup: "Write its caption as the last paragraph in it.",
    model.Chart: 'Give it a caption: `{caption="Caption"}`.',
    model.Table: "Write its caption under it: `Table: Caption`.",
    model.CodeBlock: 'Give it a caption: `{caption="Caption"}`.',
}


class _Target(NamedTuple):
    """A target of references: its word, its number if it has one, and else the text to quote."""

    kind: str
    number: str
    title: str = ""


def fill_references(document: Document) -> Document:
    """The document with the text of its cross-references.

    A reference that leads nowhere, or to an element without a number, is an UNRESOLVED_REFERENCE
    and becomes its original text. One inside a link becomes plain text, because links cannot be
    nested.
    """
    if not tree.has(document, model.CrossReference):
        return document
    findings, nodes, lang = Findings(document), _nodes(document), document.metadata.lang
    for _, node, span in tree.find(document, model.CrossReference):
        if problem := _problem(node, nodes, findings, lang):
            findings.add(problem.code, problem.message, span, problem.hint)
    if any(_refers(node) for node in nodes.values()):
        nodes = _nodes(_fill(document, nodes))  # titles that may be quoted contain references
    return findings.add_to(_fill(document, nodes))


def _nodes(document: Document) -> dict[str, Node]:
    """The nodes with an id, by id."""
    return {
        node.attributes.id: node
        for _, node, _ in tree.find(document, marked=True)
        if node.attributes.id
    }


def _refers(node: Node) -> bool:
    """Return whether a title contains a reference."""
    title = node.title if isinstance(node, model.Section) else ()
    return any(isinstance(inner, model.CrossReference) for inner in tree.walk(title))


def _fill(document: Document, nodes: Mapping[str, Node]) -> Document:
    texts = _texts(document, nodes)
    between = frozenset(_separators(document))
    separator = words(document.metadata.lang)["item_separator"]

    def fill(reference: model.CrossReference, ordinal: int) -> Node | tuple[Node, ...]:
        text = texts[ordinal]
        if not text:
            sign = "-@" if reference.form == "number" else "@"
            written = reference.written or f"{sign}{reference.target}"
            return model.Text(span=reference.span, text=written)
        before, after = (
            (model.Text(span=reference.span, text=side),) if side else ()
            for side in reference.around or ("", "")
        )
        return (*before, replace(reference, text=text, around=()), *after)

    def separate(text: model.Text, ordinal: int) -> model.Text:
        return replace(text, text=separator) if ordinal in between else text

    plain: Changes = {model.CrossReference: lambda node: model.Text(span=node.span, text=node.text)}

    def flatten(link: model.Link, _: int) -> Node:
        return replace(link, children=rewrite(link.children, leave=plain))

    changes: Changes = {model.CrossReference: fill, model.Text: separate, model.Link: flatten}
    return rewrite_document(document, leave=changes, context=tree.ordinals())


def _separators(document: Document) -> Iterator[int]:
    """The indices of the separators between references in one bracket, as created by the parser."""
    leaves = [
        pair for pair in enumerate(tree.all_nodes(document)) if type(pair[1]) not in tree.FIELDS
    ]
    pairs = itertools.pairwise(leaves)
    for ((_, before), (ordinal, text)), (_, (_, after)) in itertools.pairwise(pairs):
        is_between = isinstance(before, model.CrossReference) and isinstance(
            after, model.CrossReference
        )
        if is_between and isinstance(text, model.Text) and text.text == SEPARATOR:
            yield ordinal


def _target(node: Node, lang: str) -> _Target | None:
    """The target that a node offers to references; None if it cannot be referred to."""
    if isinstance(node, Captioned):
        kind, part = CAPTIONED[type(node)], getattr(node, "part", "")
        return _Target(
            kind, f"{node.number}{part}" if node.number else own_number(node.caption, kind, lang)
        )
    match node:
        case model.MathBlock():
            return _Target("equation", node.tag or str(node.number or ""))
        case model.Exercise():
            return _Target("exercise", str(node.number or ""))
        case model.InlineElement() if line := node.attributes.get(LINE):
            return _Target("line", line)
        case model.ListItem() if node.label:
            return _Target("exercise", node.label)
        case model.Section():
            return _Target(_kind(node), node.number, tree.plain_text(node.title).strip())
        case model.Heading():
            return _Target("section", "", tree.plain_text(node.children).strip())
    return None


def _kind(section: model.Section) -> str:
    """The word for a section: section, chapter, part or appendix."""
    whole_number = "." not in section.number
    if section.role in ("part", "appendix") and whole_number:
        return section.role
    within_part = section.depth > 1 and section.number.isdigit()
    return "chapter" if section.role == "chapter" or within_part else "section"


def _problem(
    reference: model.CrossReference, nodes: Mapping[str, Node], findings: Findings, lang: str
) -> Problem | None:
    name, code = reference.target, Code.UNRESOLVED_REFERENCE
    if name not in nodes:
        bare = name.partition("-")[2]
        if bare in nodes:
            hint = f"Give the element with the id `{bare}` the id `{{#{name}}}`."
        else:
            known = (other for other in nodes if other.startswith(PREFIXES))
            hint = findings.did_you_mean(name, known, "@")
        message = f"There is no id `{name}` in the document."
        if reference.written:
            message = f"There is no label for `{reference.written}`, and no id `{name}`."
        return Problem(code, message, hint)
    node = nodes[name]
    target = _target(node, lang)
    if target is None:
        return Problem(
            code,
            f"The element with the id `{name}` is of a kind that has no number.",
            "Figures, tables and listings with a caption, sections, formulas, exercises and their "
            "questions have numbers.",
        )
    if target.number or (target.title and reference.form != "number"):
        return None
    if isinstance(node, model.Figure) and node.part:
        return Problem(code, f"The figure `{name}` is in a group without a number.")
    if "unnumbered" in node.attributes.classes:
        return Problem(code, f"The element with the id `{name}` is marked as unnumbered.")
    if target.title:
        return Problem(
            code,
            f"The section `{name}` has no number.",
            f"Write `@{name}`, or number the sections: `number_sections: true` in the front "
            "matter.",
        )
    return Problem(
        code,
        f"The {target.kind} `{name}` has no number, since it has no caption.",
        REMEDIES.get(type(node), ""),
    )


def _texts(document: Document, nodes: Mapping[str, Node]) -> dict[int, str]:
    """The text of each reference by its index, "" for one without."""
    vocabulary = words(document.metadata.lang)
    opening, closing = writing(document.metadata.lang).double
    texts: dict[int, str] = {}
    before = ""
    for ordinal, node in enumerate(tree.all_nodes(document)):
        if type(node) in tree.INLINE_FIELDS:
            before = ""
        elif isinstance(node, model.CrossReference):
            goal = nodes.get(node.target)
            target = _target(goal, document.metadata.lang) if goal else None
            text = ""
            if target and node.form == "number":
                text = target.number
            elif target and target.number:
                text = vocabulary[f"reference_{target.kind}"].format(number=target.number)
                if BEGINNING.search(before):
                    text = text[:1].upper() + text[1:]
            elif target and target.title:
                text = f"{opening}{target.title}{closing}"
            before = "a word"
            texts[ordinal] = text
        elif type(node) not in tree.FIELDS:
            before = (before + tree.plain_text((node,)))[-LOOK_BACK:]
    return texts
