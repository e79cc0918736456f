"""Cross-references: the words and numbers for ``@fig-x``."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import CAPTIONED, Captioned, Document, Node, tree
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.numbered_kinds import own_number
from pipeline.model.print_marks import LINE
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
from pipeline.model.words import words
from pipeline.model.words.writing_conventions import writing
from pipeline.resolve.findings import Findings
from pipeline.system.paths import Problem

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
        nodes = _nodes(_filled(document, nodes))  # titles that may be quoted contain references
    return findings.added_to(_filled(document, nodes))


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


def _filled(document: Document, nodes: Mapping[str, Node]) -> Document:
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
