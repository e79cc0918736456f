"""Nodes of features that this copy of Chapbook does not have: they are shown as written, and told.

The parser reads them all the same, since nodes are one vocabulary, but no pass and no template does
anything with them. A chart is then a table, a formula its TeX, a citation its source.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from pipeline import model
from pipeline.features import FEATURES, here, places
from pipeline.model import Document, Node, removal
from pipeline.model.codes import Code
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.tree import Changes, answer_text, rewrite_document
from pipeline.resolve.findings import Findings


def show_absent(document: Document) -> Document:
    """The document with what belongs to absent features as written, and without their keys, with
    one ABSENT_FEATURE for each feature, at its first node, or else at the beginning."""
    absent = {name: row for name, row in FEATURES.items() if not here(name)}
    if not absent:
        return document
    findings = Findings(document)
    edition = EDITIONS.get(document.edition)
    is_platform = edition is not None and bool(edition.platform)
    for name in absent:
        places_of_it = list(places(name, document))
        if places_of_it:
            message = f"This copy of Chapbook lacks {name}: what needs it is shown as written."
            findings.add(Code.ABSENT_FEATURE, message, places_of_it[0])
        changes = AS_WRITTEN.get(name, {})
        if name == "formulas" and is_platform:
            changes = dict.fromkeys(model.FORMULAS, _leave_tex)
        document = rewrite_document(document, leave=changes)
    keys = {key for row in absent.values() for key in row.signs.keys}
    unset = Metadata()
    defaults = {key: getattr(unset, key) for key in keys.intersection(unset.__struct_fields__)}
    return findings.add_to(replace(document, metadata=replace(document.metadata, **defaults)))


def put_back(document: Document) -> Document:
    """The document with its citations as written, and without a bibliography."""
    return rewrite_document(document, leave=AS_WRITTEN["citations"])


def _table(node: model.Chart) -> model.Table:
    table, attributes = node.table, node.attributes
    return model.Table(table.head, table.body, node.caption, span=node.span, attributes=attributes)


def _leave_tex(node: model.Math | model.MathBlock) -> Node:
    """A formula for a platform, which sets TeX itself and has gaps in questions."""
    gaps = tuple((gap.answer,) if gap.answer else () for gap in removal.gaps(node.tex))
    return replace(node, tex=removal.without_answers(node.tex), gaps=gaps)


def _blank(node: model.Blank) -> model.Blank:
    return replace(node, answer=(answer_text(node.answer),)) if node.answer else node


AS_WRITTEN: Mapping[str, Changes] = {
    "charts": {model.Chart: _table},
    "citations": {
        model.Citation: lambda node: model.Text(
            text=node.source, span=node.span, attributes=node.attributes
        ),
        model.Bibliography: lambda _: (),
    },
    "formulas": {
        model.Blank: _blank,
        model.Math: lambda node: model.Code(
            text=node.tex, span=node.span, attributes=node.attributes
        ),
        model.MathBlock: lambda node: model.CodeBlock(
            text=node.tex, span=node.span, attributes=node.attributes
        ),
    },
    "index": {model.Index: lambda _: ()},
}
"""The nodes of features without these."""
