"""The features: contents and outputs that an author knows by name and may never use. A folder and a
row each: its code, its words, its templates and styles.

Whoever needs a feature asks whether it is `here`, or `needed` by a document, and imports it on the
next line. A folder may import the core, but no other feature. To take a feature out, remove its
folder: everything else works as before, and its row tells what the feature would have made
(`pipeline.resolve.absent`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from msgspec.structs import replace

from pipeline.model import (
    FORMULAS,
    Bibliography,
    Blank,
    Block,
    Chart,
    Citation,
    CodeBlock,
    Container,
    Document,
    Index,
    Math,
    MathBlock,
    Node,
    Table,
    Text,
    removal,
)
from pipeline.model import Code as InlineCode
from pipeline.model.block_parts import BlockReader, Parts
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.metadata import Metadata
from pipeline.model.rendered import Sign, Trait
from pipeline.model.tree import Changes, answer_text, find, has

Name: TypeAlias = Literal[
    "catalog", "charts", "citations", "columns", "dialects", "fast_engine", "fit", "formulas",
    "forms", "glossary", "imposition", "index", "margin_notes", "own_fonts", "site", "split",
    "word",
]  # fmt: skip
"""The folders of features."""


class Signs(NamedTuple):
    """Signs that a document needs a feature, besides its blocks: ``nodes``; ``keys`` of the front
    matter, ``values`` of these, and ``editions``."""

    nodes: tuple[type[Node], ...] = ()
    keys: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    editions: tuple[str, ...] = ()


UNTOLD = Signs()
"""Nothing is told of a feature that is absent, or it is told where an option asks for it."""


class Feature(NamedTuple):
    """The ``signs`` of a feature; its ``blocks`` by name, with what reads them where it is here,
    and containers otherwise; the ids that stand for such names (``block_ids``), and the names of
    its ``containers``; and its style sheets (``styles``), with what a page has that needs them.
    Where it is absent, its nodes are shown ``as_written``, or ``for_platforms`` in a form that
    these understand. One that ``writes_files`` has names of their formats in its code, which may
    therefore be in them."""

    signs: Signs
    blocks: Mapping[str, BlockReader] = MappingProxyType({})
    writes_files: bool = False
    styles: Mapping[str, Set[Sign]] = MappingProxyType({})
    block_ids: Mapping[str, str] = MappingProxyType({})
    containers: tuple[str, ...] = ()
    as_written: Changes = MappingProxyType({})
    for_platforms: Changes = MappingProxyType({})


def _read_bibliography(parts: Parts) -> tuple[Block, ...]:
    from pipeline.features.citations import read_bibliography

    return read_bibliography(parts)


def _read_index(parts: Parts) -> tuple[Block, ...]:
    from pipeline.features.index import read_index

    return read_index(parts)


def _leave_table(node: Chart) -> Table:
    table = node.table
    return Table(table.head, table.body, node.caption, span=node.span, attributes=node.attributes)


def _leave_source(node: Citation) -> Text:
    return Text(text=node.source, span=node.span, attributes=node.attributes)


def _leave_code(node: Math | MathBlock) -> Node:
    kind = CodeBlock if isinstance(node, MathBlock) else InlineCode
    return kind(text=node.tex, span=node.span, attributes=node.attributes)


def _leave_answer(node: Blank) -> Blank:
    return replace(node, answer=(answer_text(node.answer),)) if node.answer else node


def _leave_tex(node: Math | MathBlock) -> Node:
    """A formula for a platform, which sets TeX itself and has gaps in questions."""
    gaps = tuple((gap.answer,) if gap.answer else () for gap in removal.gaps(node.tex))
    return replace(node, tex=removal.without_answers(node.tex), gaps=gaps)


FEATURES: dict[Name, Feature] = {
    "catalog": Feature(UNTOLD, writes_files=True),
    "charts": Feature(
        Signs(nodes=(Chart,)), styles={"charts": {Chart}}, as_written={Chart: _leave_table}
    ),
    "citations": Feature(
        Signs((Citation, Bibliography), keys=("bibliography", "nocite")),
        blocks={"bibliography": _read_bibliography},
        styles={"bibliography": {Bibliography}},
        block_ids={"refs": "bibliography"},  # Pandoc's way to write it
        as_written={Citation: _leave_source, Bibliography: lambda _: ()},
    ),
    "columns": Feature(Signs(values=(("columns", 2),))),
    "dialects": Feature(UNTOLD, styles={"tabs": {"tab"}}),
    "fast_engine": Feature(UNTOLD),
    "fit": Feature(Signs(keys=("fit",))),
    "formulas": Feature(
        Signs(nodes=FORMULAS),
        styles={
            "math": {Trait.MATHML},
            "strokes": {Trait.STROKES},
            "formulas": {Trait.FORMULA_IMAGE},
            "tex": {Trait.TEX},
        },
        as_written={Blank: _leave_answer, **dict.fromkeys(FORMULAS, _leave_code)},
        for_platforms=dict.fromkeys(FORMULAS, _leave_tex),
    ),
    "forms": Feature(Signs(editions=("form",)), writes_files=True),
    "glossary": Feature(UNTOLD, styles={"glossary": {Trait.TERM}}, containers=("glossary",)),
    "imposition": Feature(
        Signs(editions=("booklet", "greyscale-booklet", "tri-fold", "2-up", "4-up")),
        writes_files=True,
    ),
    "index": Feature(
        Signs((Index,)),
        {"index": _read_index},
        styles={"index": {Index}},
        as_written={Index: lambda _: ()},
    ),
    "margin_notes": Feature(Signs(values=(("notes", "margin"),))),
    "own_fonts": Feature(Signs(keys=("fonts",))),
    "site": Feature(Signs(editions=("site",)), writes_files=True),
    "split": Feature(UNTOLD),
    "word": Feature(Signs(keys=("word",)), writes_files=True),
}
"""All features that there are, here or not."""

FOLDERS = frozenset(path.name for path in Path(__file__).parent.iterdir())
"""The names of what is in this folder."""


def here(name: Name) -> bool:
    """Return whether this copy of Chapbook has a feature."""
    return name in FOLDERS


def needed(name: Name, document: Document) -> bool:
    """Return whether a feature is here, and a document has signs of it."""
    if not here(name):
        return False
    return has(document, *FEATURES[name].signs.nodes) or any(True for _ in places(name, document))


def places(name: Name, document: Document) -> Iterator[Span | None]:
    """The places where a document has signs of a feature; the front matter and the edition have
    none."""
    signs, blocks = FEATURES[name].signs, FEATURES[name].blocks
    for _, node, span in find(document, *signs.nodes, *((Container,) if blocks else ())):
        if not isinstance(node, Container) or node.name in blocks:
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


def absence(name: Name, source: str, *, option: str) -> Diagnostic:
    """The finding that the feature is absent for which an option of a command asks."""
    message = f"This copy of Chapbook lacks {name}: {option} has no effect."
    return diagnostic(Code.ABSENT_FEATURE, message, source=source)
