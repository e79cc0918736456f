"""Texts of standards: kramdown-rfc, and the names in double brackets of ECMAScript and Bikeshed."""

from __future__ import annotations

import re
from typing import TypeGuard

from msgspec.structs import replace

from pipeline.model import (
    CAPTIONED,
    Captioned,
    CrossReference,
    Document,
    Heading,
    Inline,
    Link,
    MathBlock,
    Node,
)
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.tree import Changes, all_nodes, find, rewrite_document
from pipeline.parser.attributes import join_attributes, make_attributes, read_attributes
from pipeline.parser.blockparser import LineProcessor
from pipeline.parser.dialects import Dialect, Sign, Standing
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result, encode
from pipeline.parser.lines import Cursor

LOCAL = "chapbook-place:"
"""The prefix of the address of a reference until all ids are known."""

TOLD = "\0told"
"""The title of one that must lead to a place of the document."""

_PART = late(r"--- (?:(abstract)|middle|back|note_(.{1,100}))")
_TITLED = late(r"\{:?[^{}]*\btitle=\"([^\"]{1,300})\"[^{}]*\}")
_RFC = late(r"(RFC|BCP|STD|FYI)(\d{1,5})")
_OF = late(r"((?:Section|Appendix|Figure|Table)s? [\w.,& -]{1,60}) of ([\w.+-]+)")
_PLACE = late(r"([\w.+-]+), *((?:Section|Appendix|Figure|Table)s? [\w.,& -]{1,60})")
_KIND = late(r"(?:tab|tbl|table|fig|figure|eq|lst|code)[-_:.]")
_PREFIXES = {"figure": "fig", "table": "tbl", "listing": "lst", "equation": "eq"}
_ONE_SECTION = late(r"Section ([\d.]+)")


class PartProcessor(LineProcessor):
    """A line that begins a part of an RFC: ``--- abstract``. Those with a title are headings."""

    begins = "-"

    def start(self, cursor: Cursor) -> bool:
        match = _PART.fullmatch(cursor.rest.rstrip())
        if match is None:
            return False
        self.parser.close_unmatched()
        title = (match[1] or match[2] or "").replace("_", " ").capitalize()
        if title:
            self.parser.read_again((cursor.line.with_text(f"# {title} {{-}}"),))
        cursor.skip_rest()
        return True


class TitleProcessor(LineProcessor):
    """Attributes with a title below a table or code, which is its caption."""

    begins = "{"

    def start(self, cursor: Cursor) -> bool:
        text = cursor.rest.rstrip()
        match, listed = _TITLED.fullmatch(text), read_attributes(text)
        above = self.parser.innermost.last
        if match is None or listed is None or above is None:
            return False
        caption = make_attributes(listed[0].id, pairs=(("caption", match[1]),))
        if above.tag == "pre":
            self.parser.close_unmatched()
            above.state = join_attributes(above.attributes, caption)
        elif above.tag == "table":
            self.parser.close_unmatched()
            name = f" {{#{caption.id}}}" if caption.id else ""
            self.parser.read_again((cursor.line.with_text(f": {match[1]}{name}"),))
        else:
            return False
        cursor.skip_rest()
        return True


def _reference(m: re.Match[str], data: str) -> Result:
    """``{{RFC9000}}``, ``{{!RFC9000, Section 4}}``, ``{{Section 4 of RFC9000}}``, ``{{place}}``."""
    written = m[1].strip()
    place, target = "", written
    if match := _OF.fullmatch(written):
        place, target = match[1], match[2]
    elif match := _PLACE.fullmatch(written):
        target, place = match[1], match[2]
    if not re.fullmatch(r"[\w.+-]+", target):
        return None
    text = f"{place} of [{target}]" if place else f"[{target}]"
    if series := _RFC.fullmatch(target):
        folder = "rfc" if series[1] == "RFC" else "info"
        href = f"https://www.rfc-editor.org/{folder}/{target.lower()}"
        if section := _ONE_SECTION.fullmatch(place):
            href += f"#section-{section[1]}"
    elif target.startswith("I-D."):
        href = f"https://datatracker.ietf.org/doc/draft-{target.removeprefix('I-D.')}/"
    else:
        href = LOCAL + encode(target)
    return InlineSpan("a", text, href=href)


def lead(document: Document) -> Document:
    """The document with its references to places; those to anything else are text."""
    if not any(_is_local(node) for _, node, _ in find(document, Link)):
        return document
    targets = {node.attributes.id: node for node in all_nodes(document)}
    wanted = {_name(node) for _, node, _ in find(document, Link) if _is_local(node)}
    names = {name: _id_of_number(name, targets[name]) for name in wanted & targets.keys()}
    findings: list[Diagnostic] = []

    def settle(node: Link) -> Link | CrossReference | tuple[Inline, ...]:
        if not _is_local(node):
            return node
        name = _name(node)
        target = targets.get(name)
        if isinstance(target, Heading):
            return replace(node, href=f"#{name}", title="", children=target.children)
        if names.get(name):
            return CrossReference(target=names[name], form="full", span=node.span)
        if node.title == TOLD:
            message = f"There is no id `{name}` in the document; the name stays as text."
            findings.append(diagnostic(Code.UNRESOLVED_REFERENCE, message, span=node.span))
        return node.children

    def rename(node: Captioned | MathBlock) -> Captioned | MathBlock:
        name = names.get(node.attributes.id)
        return replace(node, attributes=replace(node.attributes, id=name)) if name else node

    changes: Changes = {**dict.fromkeys((MathBlock, *CAPTIONED), rename), Link: settle}
    document = rewrite_document(document, leave=changes)
    return replace(document, diagnostics=(*document.diagnostics, *findings))


def _name(node: Link) -> str:
    return node.href.removeprefix(LOCAL)


def _id_of_number(name: str, target: Node) -> str:
    """The id, here, of something with a number; "" of anything else."""
    kind = "equation" if isinstance(target, MathBlock) else CAPTIONED.get(type(target), "")
    if not kind:
        return ""
    prefix = _PREFIXES[kind]
    rest = name.removeprefix(f"{prefix}-")
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9]+', '-', _KIND.sub('', rest)).strip('-')}"


def _is_local(node: object) -> TypeGuard[Link]:
    return isinstance(node, Link) and node.href.startswith(LOCAL)


KRAMDOWN_RFC = Dialect(
    names=("kramdown-rfc",),
    signs=(Sign("--- ", late(r"(?m)^--- (?:abstract|middle|back)[ \t]*$")),),
    begins=frozenset("{"),
    blocks={"rfc-part": PartProcessor, "rfc-title": TitleProcessor},
    inlines={  # no variable
        "variable": Pattern("{", r"\{\{\{?[<>!?-]{0,2}([^{}\n]{1,120})\}\}\}?", _reference)
    },
    standing=(
        Standing(
            late(r"\{::boilerplate [^{}]*\}"),
            message="`{}` is text that kramdown-rfc adds, and is left out.",
            hint="Write it here.",
        ),
        Standing(late(r"\{::[a-z]+ [^{}]*/\}")),
    ),
    settle=(lead,),
)


def _as_written(m: re.Match[str], data: str) -> Result:
    return m[0]


SPECIFICATION = Dialect(
    names=("ECMAScript",),
    signs=(
        Sign("[[", late(r"[\w*_]\.\[\[[A-Z]\w+\]\]")),
        Sign("[[", late(r"\[\[[A-Z]\w+\]\] (?:internal (?:slot|method)|field)")),
        Sign("[[", late(r"\[\[[!?][A-Z][\w-]+\]\]")),
    ),
    inlines={
        "specification-name": Pattern(
            "[", r"(?:\[\[[A-Z]\w*\]\]|\[\[[!?]?[A-Z][\w-]+\]\])", _as_written
        )
    },
)
"""The names of fields and of other standards, which stay in their brackets."""
