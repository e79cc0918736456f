"""Nodes of features that this copy of Chapbook does not have: they are shown as written, and told.

The parser reads them all the same, since nodes are one vocabulary. A chart is then a table, a
formula its TeX, a citation its source.
"""

from __future__ import annotations

from pipeline import features, model
from pipeline.model import FEATURE_KEYS, FEATURE_NODES, Document, Node
from pipeline.model.codes import Code
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import find
from pipeline.resolve.findings import Findings


def show_absent(document: Document) -> Document:
    """The document with what belongs to absent features as written, with one ABSENT_FEATURE for
    each feature, at its first node, or else at the beginning."""
    absent = {*FEATURE_NODES, *FEATURE_KEYS} - {feature.name for feature in features.FEATURES}
    findings = Findings(document)
    for name in sorted(absent):
        nodes = find(document, *kinds) if (kinds := FEATURE_NODES.get(name)) else ()
        place = next(((node.span or span,) for _, node, span in nodes), ())
        has_key = any(getattr(document.metadata, key) for key in FEATURE_KEYS.get(name, ()))
        if place or has_key:
            message = f"This copy of Chapbook lacks {name}: what needs it is shown as written."
            findings.add(Code.ABSENT_FEATURE, message, *(place or (None,)))
    if "citations" in absent:
        document = put_back(document)
    if "index" in absent:
        document = rewrite_document(document, leave={model.Index: _nothing})
    return findings.added_to(document)


def put_back(document: Document) -> Document:
    """The document with its citations as written, and without a bibliography."""

    def leave(node: model.Citation) -> model.Text:
        return model.Text(text=node.source, span=node.span)

    return rewrite_document(document, leave={model.Citation: leave, model.Bibliography: _nothing})


def _nothing(node: Node) -> tuple[Node, ...]:
    return ()
