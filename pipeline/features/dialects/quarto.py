"""Quarto and R Markdown: boxes, shortcodes, and cells of code that other tools run."""

from __future__ import annotations

import itertools
import re
from pathlib import PurePath

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Attributes, Block
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.tree import plain_text
from pipeline.parser.attributes import join_attributes, make_attributes
from pipeline.parser.constructs.boxes import box, sidebar
from pipeline.parser.constructs.source_parts import SourceParts
from pipeline.parser.dialects import Dialect, Inclusion, Sign, ToldMark, table
from pipeline.parser.leaf_blocks import CELL, CELL_OPTIONS
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result, encode
from pipeline.parser.tables import figure_of

# --- cells -----------------------------------------------------------------------------------
# Cells of code that other tools run: Quarto's, knitr's and notebooks'; diagrams, and directives.
#
# Nothing is run. A cell is shown as code with its caption; one that only shows images is these
# images, and one whose code its author hides is left out.

_LINE = late(r"(?:#|//|%%|--)\|[ \t]?(.*)$")
_OPTION = late(r"([A-Za-z][\w.-]*):[ \t]*+(.*)$")
_GIVEN = late(
    r"(?<![\w.-])([A-Za-z][\w.-]*+)[ \t]*+=[ \t]*+"
    r"(?:\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|([^,]++))"
)
_IMAGES = late(
    r"(?:knitr::)?include_graphics\((?:path[ \t]*+=[ \t]*+)?+(?:c\()?+"
    r"((?:[ \t\n]*+(?:\"[^\"\n]++\"|'[^'\n]++')[ \t\n]*+,?+)++)\)?[^()]*+\)"
)
_STRING = late(r"\"([^\"\n]+)\"|'([^'\n]+)'")
_NO = frozenset({"false", "f"})
_NOTHING = frozenset({"~", "null"})
"""Values in YAML and R that say nothing."""

HIDDEN = "Quarto without code"
"""The tool of documents that hide the code of all cells."""

_DRAWN = (
    *(f"{{0}}_files/figure-{kind}/{{1}}" for kind in ("html", "pdf", "commonmark", "docx")),
    "_freeze/{0}/figure-html/{1}",
    "figure/{1}",
)
"""The places where Quarto and knitr save the figures of a cell with a label."""

MOST_DRAWN = 20
"""Figures of one cell."""


def cell(parts: SourceParts) -> SourceParts | tuple[Block, ...]:
    """A fence with its options as attributes, and a finding if other tools would draw or run it."""
    name = parts.attributes.get(CELL)
    dialect = table(parts.files.dialects)
    if drawing := dialect.diagrams.get(parts.name.lower()):
        message = f"A {drawing} diagram is shown as code."
        hint = "Save it as an SVG image, or draw a chart with a `chart` fence."
        parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
    elif name in dialect.unread:
        message = f"The directive `{{{name}}}` of MyST is shown as code."
        parts.report(Code.LIKELY_SLIP, message, parts.span, dialect.unread[name])
    elif name and name.lower() not in dialect.engines:
        message = f"`{{{name}}}` is not known as a language or a directive. It is shown as code."
        hint = f"Write text as Markdown, or in a `::: name` block; and write {name} without braces."
        parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
    elif name:
        return _run(parts, name)
    return _with_options(parts, *_options(parts)) if name else parts


def _run(parts: SourceParts, name: str) -> SourceParts | tuple[Block, ...]:
    """A cell that its own tool runs."""
    options, taken = _options(parts)
    if options.get("include", "").lower() in _NO:
        return ()
    if HIDDEN in parts.files.dialects:
        options.setdefault("echo", "false")
    code = "\n".join(line for line in parts.lines[taken:] if not line.lstrip().startswith("#"))
    if images := _IMAGES.fullmatch(code.strip()):
        return _figures(
            parts,
            [encode(double or single) for double, single in _STRING.findall(images[1])],
            options,
        )
    is_hidden = options.get("echo", "").lower() in _NO
    label = options.get("label") or options.get("header", "")
    drawn = (
        _figures_drawn(parts, label) if label and options.get("eval", "").lower() not in _NO else []
    )
    if is_hidden and options.get("fig-cap") and label:
        drawn = drawn or [encode(f"figure/{label}-1.png")]  # as knitr saves it
    if drawn and is_hidden:
        return _figures(parts, drawn, options)
    if drawn:
        text = "\n".join((*parts.lines[taken:], ""))
        shown = model.CodeBlock(text=text, language=name, span=parts.span, attributes=_bare(parts))
        return (shown, *_figures(parts, drawn, options))
    if is_hidden and not any(key in ("lst-cap", "tbl-cap") for key in options):
        message = f"The cell `{{{name}}}` is left out: its code is hidden, and it is not run here."
        hint = "Put in its result, as an image or a table."
        parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
        return ()
    if options.get("eval", "").lower() not in _NO:
        message = f"The cell `{{{name}}}` is shown as code, and not run."
        hint = f"Put in its result, as an image or a table; or write {name} without braces."
        parts.report(Code.LIKELY_SLIP, message, parts.span, hint)
    return _with_options(parts, options, taken)


def _figures_drawn(parts: SourceParts, label: str) -> list[str]:
    """The paths of the figures that the cell of this label made when it was last run."""
    stem = PurePath(parts.files.lines.place(parts.span.line)[0].name).stem
    for place in _DRAWN:
        for name in ("-{}.png", "-{}.svg", "-output-{}.png", "-output-{}.svg"):
            numbers = range(1, MOST_DRAWN + 1)
            paths = [encode(place.format(stem, label + name.format(n))) for n in numbers]
            there = list(itertools.takewhile(lambda path: _is_there(parts, path), paths))
            if there:
                return there
    return []


def _is_there(parts: SourceParts, path: str) -> bool:
    return isinstance(parts.files.name(parts.files.rebase(path, parts.span)), str)


def _options(parts: SourceParts) -> tuple[dict[str, str], int]:
    """The options after a cell's name, and those in the lines ``#| key: value`` at its beginning,
    whose values may go on in further lines; and the number of these lines."""
    written = parts.attributes.get(CELL_OPTIONS)
    options = {key: a or b or c.strip() for key, a, b, c in _GIVEN.findall(written)}
    label = written.partition(",")[0].strip()
    if label and "=" not in label:
        options["header"] = label
    options = {key.replace("fig.", "fig-").replace("out.", "out-"): options[key] for key in options}
    taken, last = 0, ""
    for line in parts.lines:
        match = _LINE.match(line)
        if not match:
            break
        taken += 1
        option = _OPTION.match(match[1])
        if option:
            last = option[1].replace("fig.", "fig-")
            value = option[2].strip()
            options[last] = "" if value in ("|", ">", "|-", ">-") else value.strip("\"'")
        elif last:
            options[last] = f"{options[last]} {match[1].strip()}".strip()
    return options, taken


def _with_options(parts: SourceParts, options: dict[str, str], taken: int) -> SourceParts:
    caption = next((value for key, value in options.items() if key.endswith("-cap") and value), "")
    given = make_attributes(
        options.get("label", ""), pairs=(("caption", caption),) if caption else ()
    )
    return replace(
        parts, attributes=join_attributes(_bare(parts), given), lines=parts.lines[taken:]
    )


def _bare(parts: SourceParts) -> Attributes:
    return parts.attributes.without({CELL, CELL_OPTIONS})


def _figures(parts: SourceParts, paths: list[str], options: dict[str, str]) -> tuple[Block, ...]:
    """The images that a cell shows, with its caption and alternative text."""
    header = options.get("header", "")
    label = options.get("label") or (f"fig-{header.removeprefix('fig-')}" if header else "")
    caption, width = options.get("fig-cap", ""), options.get("out-width", "")
    pairs = (("width", width),) if width and width.lower() not in _NOTHING else ()
    figures = tuple(
        figure_of(
            model.Image(
                source=path,
                alt=options.get("fig-alt") or plain_text(parts.read(caption, parts.span)),
                title=caption if len(paths) == 1 else "",
                span=parts.span,
                attributes=join_attributes(
                    _bare(parts),
                    make_attributes(label if len(paths) == 1 and caption else "", pairs=pairs),
                ),
            ),
            parts.span,
            parts.read,
        )
        for path in paths
    )
    if len(figures) == 1:
        return figures
    bare = tuple(replace(figure, attributes=make_attributes(pairs=pairs)) for figure in figures)
    read = parts.read(caption, parts.span) if caption else ()
    attributes = join_attributes(_bare(parts), make_attributes(label if caption else ""))
    return (model.FigureGroup(figures=bare, caption=read, span=parts.span, attributes=attributes),)


# --- quarto ----------------------------------------------------------------------------------
# Quarto and R Markdown: boxes, shortcodes, cells of code, included files; bookdown's labels.

_CALLOUT = "callout-"
_NAME = late(r"[^\W\d_][\w-]*")


def callout(parts: SourceParts) -> tuple[Block, ...]:
    """Quarto's box as one of Chapbook's. A heading at its beginning is its title."""
    kind = parts.name.removeprefix(_CALLOUT)
    attributes = parts.attributes.without({"appearance", "icon"})
    first = parts.children[0] if parts.children else None
    (admonition,) = box(replace(parts, name=kind, attributes=attributes))
    assert isinstance(admonition, model.Admonition)
    if not admonition.title and isinstance(first, model.Heading):
        admonition = replace(admonition, title=first.children, children=parts.children[1:])
    return (admonition,)


def _shortcode(m: re.Match[str], data: str) -> Result:
    """``{{< meta title >}}``, ``{{< var name >}}`` and ``{{< kbd Ctrl-C >}}`` of Quarto."""
    if m[1] == "kbd":
        return InlineSpan("element", m[2], name="kbd")
    return InlineSpan("variable", name=m[2]) if _NAME.fullmatch(m[2]) else None


QUARTO = Dialect(
    names=("Quarto",),
    inlines={
        "shortcode": Pattern(
            "{", r"\{\{<[ \t]*(meta|var|kbd)[ \t]+([^\n<>]{1,100}?)[ \t]*>\}\}", _shortcode
        ),
    },
    inclusions=(
        Inclusion(
            late(
                r"\{\{<[ \t]*include[ \t]++(?P<q>[\"']?)(?P<path>[^\"'<>]{1,300}+)(?P=q)[ \t]*>\}\}"
            )
        ),
    ),
    containers={
        **{f"{_CALLOUT}{kind}": callout for kind in KINDS},
        "column-margin": sidebar,
    },
    cells=(cell,),
    engines=frozenset(
        "asis bash c cat cpp css d3 dot fortran html javascript js julia jupyter mermaid node"
        " observable octave ojs perl php powershell psql python python3 r rcpp ruby rust sas scala"
        " sh shell sql stan stata tikz typescript webr zsh".split()
    ),
)

QUARTO_WITHOUT_CODE = Dialect(
    names=(HIDDEN,),
    signs=(
        Sign("echo:", late(r"\A---\n(?:.*\n)*?execute: *\n(?: .*\n)*? +echo: *(?:false|no)\b")),
        Sign("opts_chunk", late(r"opts_chunk\$set\((?:[^()]|\([^()]*\))*?\becho *= *F")),
    ),
)
"""Documents of which no cell shows its code, unless it says so."""

BOOKDOWN = Dialect(
    names=("bookdown",),
    commands=(
        ToldMark(
            late(r"\\#(?:eq|fig|tab):(\w(?:[\w-]{0,60}\w)?)"),
            "a label of bookdown",
            r"Write an id in braces after the figure or the caption: `{#fig-\1}`, `{#tbl-\1}`.",
        ),
    ),
    lines=(
        ToldMark(
            late(r"\(ref:[\w-]+\) "),
            "a text reference of bookdown",
            "Write the text where it belongs, for example as the caption.",
        ),
    ),
)
