"""Nodes of features that this copy of Chapbook does not have: they are shown as written, and told.

The parser reads them all the same, since nodes are one vocabulary, but no pass and no template does
anything with them. A chart is then a table, a formula its TeX, a citation its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from pipeline import features, model
from pipeline.model import FEATURE_SIGNS, Document, FeatureSigns, Node, removal
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS
from pipeline.model.metadata import Metadata
from pipeline.model.rewriting import Changes, rewrite_document
from pipeline.model.tree import BLANK, answer_text, find
from pipeline.resolve.findings import Findings


def show_absent(document: Document) -> Document:
    """The document with what belongs to absent features as written, and without their keys, with
    one ABSENT_FEATURE for each feature, at its first node, or else at the beginning."""
    absent = FEATURE_SIGNS.keys() - {feature.name for feature in features.FEATURES}
    if not absent:
        return document
    findings = Findings(document)
    edition = EDITIONS.get(document.edition)
    is_platform = edition is not None and bool(edition.platform)
    for name in sorted(absent):
        places = list(_places(document, FEATURE_SIGNS[name]))
        if places:
            message = f"This copy of Chapbook lacks {name}: what needs it is shown as written."
            findings.add(Code.ABSENT_FEATURE, message, places[0])
        changes = AS_WRITTEN.get(name, {})
        if name == "formulas" and is_platform:
            changes = dict.fromkeys(model.FORMULAS, _in_tex)
        document = rewrite_document(document, leave=changes)
    keys = {key for name in absent for key in FEATURE_SIGNS[name].keys}
    unset = Metadata()
    defaults = {key: getattr(unset, key) for key in keys.intersection(unset.__struct_fields__)}
    return findings.added_to(replace(document, metadata=replace(document.metadata, **defaults)))


def _places(document: Document, signs: FeatureSigns) -> Iterator[Span | None]:
    """The places where a document has the signs of a feature; the front matter and the edition
    have none."""
    kinds = (*signs.nodes, *((model.Container,) if signs.blocks else ()))
    for _, node, span in find(document, *kinds) if kinds else ():
        if not isinstance(node, model.Container) or node.name in signs.blocks:
            yield node.span or span
    settings = [*_settings(document.metadata)]
    keys = (getattr(each, key, None) for key in signs.keys for each in settings)
    values = (getattr(each, key, None) == value for key, value in signs.values for each in settings)
    if document.edition in signs.editions or any(keys) or any(values):
        yield None


def _settings(metadata: Metadata) -> Iterator[object]:
    """The structs with the keys of the front matter."""
    yield metadata
    for options in (metadata.printing, *dict(metadata.edition_options).values()):
        yield options
        yield options.page


def put_back(document: Document) -> Document:
    """The document with its citations as written, and without a bibliography."""
    return rewrite_document(document, leave=AS_WRITTEN["citations"])


def _table(node: model.Chart) -> model.Table:
    table, attributes = node.table, node.attributes
    return model.Table(table.head, table.body, node.caption, span=node.span, attributes=attributes)


def _in_tex(node: model.Math | model.MathBlock) -> Node:
    """A formula for a platform, which sets TeX itself and has gaps in questions."""
    gaps = tuple((gap.answer,) if gap.answer else () for gap in removal.gaps(node.tex))
    return replace(node, tex=removal.without_answers(node.tex), gaps=gaps)


def _blank(node: model.Blank) -> model.Blank:
    return replace(node, answer=(answer_text(node.answer),)) if node.answer else node


def _underscores(node: model.Blank) -> model.Text:
    answer = f"{{{answer_text(node.answer)}}}" if node.answer else ""
    return model.Text(text=f"{BLANK}{answer}", span=node.span)


def _lines(node: model.WritingLines) -> model.Paragraph:
    return model.Paragraph(children=(model.Text(text=BLANK),), span=node.span)


def _list(node: model.Choices) -> tuple[Node, ...]:
    """The items with the marks before their text, after the prompt."""
    brackets = "[]" if node.multiple else "()"
    items = []
    for choice in node.items:
        mark = model.Text(text=("x" if choice.correct else " ").join(brackets))
        children = (model.Plain(children=(mark,)), *choice.children)
        items.append(model.ListItem(children=children, span=choice.span))
    prompt = model.Paragraph(children=node.prompt, span=node.span)
    marked = model.List(ordered=False, items=tuple(items), span=node.span)
    return (prompt, marked) if node.prompt else (marked,)


AS_WRITTEN: Mapping[str, Changes] = {
    "charts": {model.Chart: _table},
    "citations": {
        model.Citation: lambda node: model.Text(text=node.source, span=node.span),
        model.Bibliography: lambda _: (),
    },
    "exercises": {
        model.Blank: _underscores,
        model.Choices: _list,
        model.WritingLines: _lines,
        model.WritingSpace: lambda _: (),
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
    "variables": {
        model.Variable: lambda node: model.Text(text=f"{{{{ {node.name} }}}}", span=node.span)
    },
}
"""The nodes of features without these."""
