"""The features that documents may have beyond text: a folder and a row each.

The core knows a feature by its row alone, and loads it when a document needs it. A folder may
import the core, but no other feature. To take a feature out, remove its row, and then its folders,
here and in ``templates/features``: everything else works as before, and what the feature would have
made is told (`pipeline.resolve.absent`).
"""

from __future__ import annotations

import enum
import importlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from pipeline.model import FEATURE_SIGNS, Attributes, Block, Document, Inline, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata
from pipeline.model.tree import has


class MarkdownWriter(Protocol):
    """The writer of Markdown (`pipeline.commands.writer`), as functions of features need it."""

    def within_exercise(self) -> MarkdownWriter: ...

    def line(self, children: Iterable[Inline]) -> str: ...

    def block(self, node: Node) -> str: ...

    def blocks(self, nodes: Sequence[Block]) -> str: ...

    def fenced(self, name: str, title: str, attributes: Attributes, inner: str) -> str: ...


class PassPlace(enum.Enum):
    """The places for passes among those that every document needs (`pipeline.resolve.passes`), and
    around the page marks of an edition (`pipeline.flow.steps.mark`)."""

    FIRST = enum.auto()
    BEFORE_SECTIONS = enum.auto()
    BEFORE_IDS = enum.auto()
    WITH_NUMBERS = enum.auto()
    BEFORE_TYPOGRAPHY = enum.auto()
    WITH_ALL_TEXT = enum.auto()
    LAST = enum.auto()
    BEFORE_PAGE_MARKS = enum.auto()
    WITH_PAGE_MARKS = enum.auto()


class PassSetting(NamedTuple):
    """Facts about a document that passes need: the source's ``folder``, the level of the sections
    to ``split`` it into (0: none), and whether it is a fragment of text, which gets no sections."""

    folder: Path = Path()
    split: int = 0
    is_fragment: bool = False


WHOLE, FRAGMENT = PassSetting(), PassSetting(is_fragment=True)


class FeaturePass(NamedTuple):
    """A pass: a function, of a document and a `PassSetting`, that a feature's folder has."""

    place: PassPlace
    function: str
    in_fragments: bool = True


class Feature(NamedTuple):
    """A feature. Its ``passes`` run for documents with its signs (`FEATURE_SIGNS`), or for all if
    it has none or ``is_for_all``. One that ``writes_files`` has names of their formats in its code,
    which may therefore be in them.

    Other fields name functions and tables in the folder:

    - ``grouping`` gives the top-level blocks with some of them in others, and findings (`grouped`).
    - ``containers`` has a function for each name of a ``:::`` block, which parses it.
    - ``dialects`` has what the parser reads of other tools (`pipeline.parser.dialects`).
    - ``vocabulary`` gives the words that the feature adds to documents in a language.
    - ``helpers`` gives what the feature's templates need (`helpers`).
    - ``tasks`` are functions that the core calls where the feature is there (`task`).
    - ``writers`` has a function for each node, which writes it as Markdown.
    """

    name: str
    passes: tuple[FeaturePass, ...] = ()
    is_for_all: bool = False
    writes_files: bool = False
    grouping: str = ""
    containers: str = ""
    dialects: str = ""
    vocabulary: str = ""
    helpers: str = ""
    tasks: tuple[str, ...] = ()
    writers: str = ""

    def is_needed(self, document: Document) -> bool:
        """Return whether a document may need the passes of the feature."""
        signs = FEATURE_SIGNS.get(self.name)
        return (
            signs is None
            or self.is_for_all
            or has(document, *signs.nodes)
            or any(getattr(document.metadata, key) for key in signs.keys)
        )

    def load(self, name: str) -> Any:
        """A function or a table in the feature's folder, or in a module there: ``marks.count``."""
        module, _, name = f"{__name__}.{self.name}.{name}".rpartition(".")
        return getattr(importlib.import_module(module), name)


FEATURES = (
    Feature("dialogue", grouping="group_turns", writers="WRITERS"),
    Feature(
        "exercises",
        (
            FeaturePass(PassPlace.BEFORE_SECTIONS, "moved.tell_moved"),
            FeaturePass(PassPlace.WITH_NUMBERS, "questions.number_questions"),
            FeaturePass(PassPlace.WITH_NUMBERS, "marks.count_marks"),
            FeaturePass(PassPlace.BEFORE_PAGE_MARKS, "in_place.put_in_place"),
            FeaturePass(PassPlace.WITH_PAGE_MARKS, "answer_key.answers_alone"),
        ),
        is_for_all=True,
        writes_files=True,
        containers="syntax.CONTAINERS",
        helpers="markup.helpers",
        tasks=(
            "key_proof.missing_answers",
            "key_proof.with_errors",
            "key_sheet.side_by_side",
            "numbers.fill_numbers",
            "platforms.assemble_questions",
            "platforms.package_questions",
            "rearranging.rearranged",
            "word_banks.fill_banks",
        ),
        writers="writing.WRITERS",
    ),
    Feature(
        "formulas",
        (FeaturePass(PassPlace.BEFORE_SECTIONS, "set_formulas"),),
        tasks=("formula_images.FormulaImages", "gap_fields.with_fields"),
    ),
    Feature(
        "citations",
        (FeaturePass(PassPlace.BEFORE_IDS, "cite_works", in_fragments=False),),
        vocabulary="terms",
    ),
    Feature("glossary", (FeaturePass(PassPlace.BEFORE_IDS, "link_terms"),)),
    Feature(
        "index",
        (
            FeaturePass(PassPlace.BEFORE_IDS, "place_index", in_fragments=False),
            FeaturePass(PassPlace.WITH_ALL_TEXT, "fill_index"),
        ),
        is_for_all=True,
    ),
    Feature("charts", (FeaturePass(PassPlace.WITH_ALL_TEXT, "draw_charts", in_fragments=False),)),
    Feature(
        "own_fonts",
        (FeaturePass(PassPlace.BEFORE_TYPOGRAPHY, "read_fonts", in_fragments=False),),
    ),
    Feature("drawings", tasks=("read_svg",)),
    Feature("raw_html", tasks=("builder.MarkupBuilder",)),
    Feature("code", (FeaturePass(PassPlace.BEFORE_TYPOGRAPHY, "highlight_code"),)),
    Feature(
        "openings",
        (
            FeaturePass(PassPlace.WITH_ALL_TEXT, "open_chapters"),
            FeaturePass(PassPlace.WITH_ALL_TEXT, "chapter_numbers.show_numbers"),
        ),
    ),
    Feature(
        "variables",
        (FeaturePass(PassPlace.FIRST, "fill_variables", in_fragments=False),),
        is_for_all=True,
    ),
    Feature("verse", containers="CONTAINERS"),
    Feature(
        "qr_codes",
        (FeaturePass(PassPlace.WITH_ALL_TEXT, "draw_codes", in_fragments=False),),
        is_for_all=True,
    ),
    Feature("sums", (FeaturePass(PassPlace.LAST, "line_sums", in_fragments=False),)),
    Feature("directions", (FeaturePass(PassPlace.LAST, "isolate_directions"),)),
    Feature("rereading", tasks=("reread",)),
    Feature("changes", tasks=("unannounced", "new_pages", "keep_looks")),
    Feature("timetable", (FeaturePass(PassPlace.BEFORE_TYPOGRAPHY, "give_start_times"),)),
    Feature("split", tasks=("divide",)),
    Feature("forms", writes_files=True, tasks=("add_form",)),
    Feature("fit", tasks=("fit_pages",)),
    Feature("columns", tasks=("arrange_columns", "fill_lines")),
    Feature("margin_notes", tasks=("place_margin_notes",)),
    Feature("imposition", writes_files=True, tasks=("impose",)),
    Feature("table_lists", tasks=("row_items",)),
    Feature("pictographs", tasks=("wrap_pictographs",)),
    Feature("page_floats", tasks=("float_to_pages",)),
    Feature("roman_folios", tasks=("number_front", "label_pages")),
    Feature(
        "standards",
        writes_files=True,
        tasks=(
            "press.read_plates",
            "archival.make_archival",
            "archival.turn_to_rgb",
            "ua2.follow_ua2",
        ),
    ),
    Feature(
        "covers",
        writes_files=True,
        tasks=(
            "designs.book_cover",
            "designs.social_preview",
            "picture.draw_cover",
            "spread.print_cover",
            "bitmaps.cover_for_shops",
        ),
    ),
    Feature("discovery", writes_files=True, tasks=("describe_page",)),
    Feature("site", writes_files=True, tasks=("render_site", "packaging.package_site")),
    Feature(
        "catalog",
        writes_files=True,
        tasks=("missing_for_shops", "record_files", "onix.onix_message", "opds.opds_feed"),
    ),
    Feature(
        "page_marks",
        tasks=("mark_pages", "kept_pages.KeptPages", "page_starts.read_pieces"),
    ),
    Feature("claims", tasks=("audit_book",)),
    Feature("units", tasks=("set_units", "plan.why_whole", "book.proof_pages")),
    Feature("even_pages", tasks=("make_even_pages", "line_plans.plan_lines")),
    Feature(
        "ebook",
        writes_files=True,
        tasks=("book_pages.assemble_ebook", "book_packaging.package_ebook"),
    ),
    Feature("fast_engine", tasks=("speed_up",)),
    Feature(
        "word",
        (FeaturePass(PassPlace.WITH_ALL_TEXT, "template.read_template", in_fragments=False),),
        writes_files=True,
        tasks=("assemble_docx", "package_docx"),
    ),
    Feature("dialects", dialects="DIALECTS", tasks=("front_matter.other_front_matter",)),
)
"""All features. Their passes at one place run in this order: citations and terms may be marked for
the index."""


def apply(place: PassPlace, setting: PassSetting, document: Document) -> Document:
    """The document after the passes that features have at a ``place``."""
    for feature in FEATURES:
        for step in feature.passes:
            is_wanted = step.place is place and (step.in_fragments or not setting.is_fragment)
            if is_wanted and feature.is_needed(document):
                document = feature.load(step.function)(document, setting)
    return document


def absence(name: str, source: str, *, option: str) -> Diagnostic:
    """The finding that the feature is absent for which an option of a command asks."""
    message = f"This copy of Chapbook lacks {name}: {option} has no effect."
    return diagnostic(Code.ABSENT_FEATURE, message, source=source)


def grouped(
    blocks: tuple[Block, ...], metadata: Metadata
) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """The top-level blocks with those that features put into others, and findings."""
    findings: tuple[Diagnostic, ...] = ()
    for feature in FEATURES:
        if feature.grouping:
            blocks, more = feature.load(feature.grouping)(blocks, metadata)
            findings += more
    return blocks, findings


def helpers(lang: str, rules: dict[str, str]) -> dict[str, Any]:
    """The names that the templates of features use, in a document in a language. Functions put the
    styles of the classes that they name into ``rules``."""
    loaded = (feature.load(feature.helpers) for feature in FEATURES if feature.helpers)
    return {name: value for function in loaded for name, value in function(lang, rules).items()}


def task(name: str) -> Callable[..., Any] | None:
    """The function that does something for the core, if a feature has it."""
    rows = ((feature, path) for feature in FEATURES for path in feature.tasks)
    return next((row.load(path) for row, path in rows if path.split(".")[-1] == name), None)


def vocabulary(lang: str) -> tuple[str, ...]:
    """The words that features add to documents in a language, besides the core's own."""
    return tuple(
        feature.load(feature.vocabulary)(lang) for feature in FEATURES if feature.vocabulary
    )


def table(kind: Literal["containers", "writers"]) -> dict[Any, Any]:
    """The tables of all features of one kind, as one."""
    names = ((feature, getattr(feature, kind)) for feature in FEATURES)
    return {key: row for feature, name in names if name for key, row in feature.load(name).items()}


def dialect_tables() -> tuple[Any, ...]:
    """Tables of notations that the parser reads of other tools' Markdown."""
    return tuple(row for each in FEATURES if each.dialects for row in each.load(each.dialects))
