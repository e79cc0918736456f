"""The features: contents and outputs that an author knows by name and may never use. A folder and a
row each.
Whoever needs a feature asks whether it is `here`, or `needed` by a document, and imports it on the
next line. A folder may import the core, but no other feature. To take a feature out, remove its
folders, here and in ``templates/features``: everything else works as before, and its row tells what
the feature would have made (`pipeline.resolve.absent`).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from pipeline.model import (
    FORMULAS,
    Bibliography,
    Chart,
    Citation,
    Document,
    Index,
    Node,
)
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.rendered import Sign, Trait
from pipeline.model.tree import has

Name: TypeAlias = Literal[
    "catalog", "charts", "citations", "columns", "dialects", "fast_engine", "fit", "formulas",
    "forms", "glossary", "imposition", "index", "margin_notes", "own_fonts", "site", "split",
    "word",
]  # fmt: skip
"""The folders of features."""


class Signs(NamedTuple):
    """Signs that a document needs a feature: ``nodes``; names of ``blocks``, which are containers
    where it is absent; ``keys`` of the front matter, ``values`` of these, and ``editions``."""

    nodes: tuple[type[Node], ...] = ()
    blocks: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    editions: tuple[str, ...] = ()


UNTOLD = Signs()
"""Nothing is told of a feature that is absent, or it is told where an option asks for it."""


class Feature(NamedTuple):
    """The ``signs`` of a feature, and its style sheets (``styles``), with what a page has that
    needs them. One that ``writes_files`` has names of their formats in its code, which may
    therefore be in them."""

    signs: Signs
    writes_files: bool = False
    styles: Mapping[str, Set[Sign]] = MappingProxyType({})


FEATURES: dict[Name, Feature] = {
    "catalog": Feature(UNTOLD, writes_files=True),
    "charts": Feature(Signs(nodes=(Chart,)), styles={"charts": {Chart}}),
    "citations": Feature(
        Signs((Citation, Bibliography), ("bibliography",), keys=("bibliography", "nocite")),
        styles={"bibliography": {Bibliography}},
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
    ),
    "forms": Feature(Signs(editions=("form",)), writes_files=True),
    "glossary": Feature(UNTOLD, styles={"glossary": {Trait.TERM}}),
    "imposition": Feature(
        Signs(editions=("booklet", "greyscale-booklet", "tri-fold", "2-up", "4-up")),
        writes_files=True,
    ),
    "index": Feature(Signs((Index,), ("index",)), styles={"index": {Index}}),
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
    signs = FEATURES[name].signs
    settings: Any = document.metadata
    return has(document, *signs.nodes) or any(getattr(settings, key) for key in signs.keys)


def absence(name: Name, source: str, *, option: str) -> Diagnostic:
    """The finding that the feature is absent for which an option of a command asks."""
    message = f"This copy of Chapbook lacks {name}: {option} has no effect."
    return diagnostic(Code.ABSENT_FEATURE, message, source=source)
