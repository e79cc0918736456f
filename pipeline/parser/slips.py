"""Text, and blocks without any effect, that were probably meant to be something else."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import NO_ATTRIBUTES, Chart, Container, Figure, FigureGroup, Image, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.names import MISSPELT, TAKEN_CLASSES, TAKEN_NAMES, nearest
from pipeline.model.secrets import secret
from pipeline.model.tree import ANSWER, MARKS, PLACE_OF_MARKS, WIDTH, walk
from pipeline.parser import attributes, dialects
from pipeline.parser.blocks.tables import column_count, different, split_row
from pipeline.parser.characters import shorten
from pipeline.parser.constructs.parts import Report
from pipeline.parser.frontmatter.languages import language
from pipeline.parser.frontmatter.standard_numbers import BadValueError
from pipeline.parser.lines import Line

KEYS = tuple(
    "align caption columns delimiter edition entry file float head-columns head-rows index lang"
    " level lines mark minutes only start title type width widths".split()
)
"""The attributes that others can be misspellings of: shorter ones resemble too many words."""

SIZED = (Chart, Figure, FigureGroup, Image)
_HEADING = late(
    r"#(?!(?:define|elif|else|endif|error|if|ifdef|ifndef|include|line|pragma|undef)\b)"
    r"(?=[^\W\d_]+ )[^#]{3,60}[^\s.,;:!?#]$"
)
_CAPTION = late(r"[Tt]able:|:[ \t]")
_LABEL = late(r"[*_]{0,2}([^\W\d_][\w .'’/-]{0,24}):[*_]{0,2}[ \t]+(?=\S)")
_BREAK = late(r"(?<![\\\s])\\[ \t]*$")
_PATH = late(r"(?:\s[A-Za-z]:|(?<![\\\S])[^\s\\]*+\\\S*)\\[ \t]*$")
_ASKS = frozenset({"q", "a"})


def warn_of_text(lines: Sequence[Line], report: Report, tools: tuple[str, ...] = ()) -> None:
    """A paragraph of rows, or with an attribute list at the end of a line, in a text of some
    ``tools``."""
    if not lines:
        return
    for before, line in itertools.pairwise(lines):
        if "|" in before and "|" in line and (count := column_count(line)):
            report(Code.LIKELY_SLIP, *different(len(split_row(before, count)), count, line))
            return
    dialects.warn_of_line(lines, dialects.table(tools), report)
    first = lines[0]
    if len(lines) > 1 and all(map(_is_row, lines)):
        message = "The lines look like a table, but are read as text."
        hint = (
            f"Put a row of dashes under the first: `{'|---' * min(len(split_row(first, 0)), 8)}|`."
        )
        report(Code.LIKELY_SLIP, message, first.at(), hint)
    if len(lines) == 1 and _HEADING.match(first):
        message = "A heading needs a space after its `#`."
        hint = "Write `# ` before a heading, or `\\#` if you mean it as text."
        report(Code.LIKELY_SLIP, message, first.at(), hint)
    if joined := _joined_label(lines):
        message = f"This line becomes one with the line before it: “{joined.strip()[:40]}”."
        hint = "Put an empty line between them, or `\\` at the end of the line before it."
        report(Code.LIKELY_SLIP, message, joined.at(), hint)
    if "\\" in lines[-1] and _BREAK.search(lines[-1]) and not _PATH.search(lines[-1]):
        message = "The backslash at the end of the paragraph breaks no line, and stays as text."
        hint = "Leave it out, or write `\\\\` if you mean it as text."
        report(Code.LIKELY_SLIP, message, lines[-1].at(len(lines[-1].rstrip()) - 1), hint)
    for line in lines if not _CAPTION.match(first) else ():
        split = attributes.trailing(line)
        # A list alone is reported where it is known not to belong to a table.
        if split and (line[len(split[0])].isspace() or len(lines) > 1 > len(split[0])):
            written = line[len(split[0]) :].strip()
            message = f"The attributes `{written}` are read as text at the end of a line."
            hint = (
                "Put them on a line of their own below it, or write `\\{` if you mean them as text."
            )
            if marks := next((pair for pair in split[1].pairs if pair[0] in MARKS), None):
                hint = PLACE_OF_MARKS.format("=".join(marks))
            report(Code.LIKELY_SLIP, message, line.at(line.rindex(written)), hint)


def warn_of_name(name: str, known: Sequence[str], span: Span, report: Report) -> None:
    """A block whose name resembles a known one; a plural is a different name."""
    meant = nearest(name, known, MISSPELT)
    if meant and name not in (meant, f"{meant}s"):
        message = f"`::: {name}` is a block without any effect."
        report(Code.LIKELY_SLIP, message, span, f"Did you mean `::: {meant}`?")


INSTEAD = {
    "margin": "For a note in the margin, write a footnote, and `notes: margin` at the top.",
    "note": "For a footnote, write `^[text]`; for a box, `::: note`.",
}
"""The meaning that authors may have in mind who use one of Chapbook's own classes."""


def doubtful_attributes(nodes: Iterable[Node]) -> Iterator[Diagnostic]:
    """A finding for each attribute key that resembles a known one, each bad language or width, each
    class that authors cannot use, and each that only resembles one for teachers."""
    for node in walk(nodes):
        attributes = getattr(node, "attributes", NO_ATTRIBUTES)
        names, taken = attributes.classes, TAKEN_CLASSES
        if isinstance(node, Container):
            names, taken = (*names, node.name), TAKEN_NAMES
        for name in attributes.classes:
            if (meaning := secret(name)) and not meaning.sure:
                message = (
                    f"The class `.{name}` withholds its content from students, like an answer."
                )
                hint = (
                    f"Write `.{meaning.meaning}` if that is right; otherwise choose another name."
                )
                yield diagnostic(Code.NEARLY_SECRET, message, span=node.span, hint=hint)
        for name in sorted(taken.intersection(names)):
            message = f"The class `{name}` is left out: it is one of Chapbook's own."
            hint = INSTEAD.get(name, f"Give it another name, such as `.my-{name}`.")
            yield diagnostic(Code.BAD_ATTRIBUTE, message, span=node.span, hint=hint)
        for key, value in attributes.pairs:
            if key == "width" and isinstance(node, SIZED) and value == "~":
                continue  # none, in YAML
            if key == "width" and isinstance(node, SIZED) and not WIDTH.fullmatch(value.strip()):
                message = f"`width={value}` is not a width."
                hint = "Write a share of the line, `width=50%`, or a length, `width=4cm`."
                yield diagnostic(Code.BAD_ATTRIBUTE, message, span=node.span, hint=hint)
            elif key == "float" and value not in ("top", "foot"):
                message = f"`float={shorten(value)}` has no effect."
                hint = "Write `float=top` or `float=foot`, for the head or the foot of a page."
                yield diagnostic(Code.BAD_ATTRIBUTE, message, span=node.span, hint=hint)
            elif key == "lang" and (wrong := _wrong_tag(value)):
                yield diagnostic(Code.BAD_ATTRIBUTE, wrong[0], span=node.span, hint=wrong[1])
            elif key == "style":
                message = f"The attribute `style` has no effect here: `{shorten(value)}`."
                hint = "Use a class, such as `.center` or `.small`, or templates of your own."
                yield diagnostic(Code.LIKELY_SLIP, message, span=node.span, hint=hint)
            elif key == ANSWER:
                message = "An attribute that is named like an answer is left out."
                hint = "Put answers between `::: answer` and `:::`."
                yield diagnostic(Code.BAD_ATTRIBUTE, message, span=node.span, hint=hint)
            elif meant := _meant(key):
                message = f"The attribute `{key}` has no effect."
                hint = f"Did you mean `{meant}`?"
                yield diagnostic(Code.LIKELY_SLIP, message, span=node.span, hint=hint)


@functools.lru_cache(1000)
def _wrong_tag(tag: str) -> tuple[str, str] | None:
    """The problem with a language tag, and the hint; None if the tag is valid."""
    try:
        language(tag)
    except BadValueError as error:
        return error.message, error.hint
    return None


@functools.lru_cache(1000)
def _meant(key: str) -> str:
    meant = nearest(key[:30], KEYS, MISSPELT)
    return "" if key in (meant, f"{meant}s") or f"{key}s" == meant else meant


def _joined_label(lines: Sequence[Line]) -> Line | None:
    """The second line of a paragraph whose lines all begin with a label, such as `Date:`, or with
    `Q:` and `A:` in turn, unless the author ends its first line."""
    if len(lines) < 2 or not _LABEL.match(lines[0]):
        return None
    labels = [match[1].lower() if (match := _LABEL.match(line)) else "" for line in lines]
    named = [line for line, label in zip(lines, labels, strict=True) if label]
    asks = set(filter(None, labels)) == _ASKS
    if len(named) < 2 or not (asks or all(labels)):
        return None
    return None if lines[0].endswith(("  ", "\\", "<br>", "<br/>", "<br />")) else named[1]


def _is_row(line: str) -> bool:
    text = line.strip()
    return text.count("|") > 2 and text[0] == text[-1] == "|"
