"""Text that was probably meant to be something else, and marks of answers that nothing takes up."""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from pipeline import model
from pipeline.model import (
    NO_ATTRIBUTES,
    Block,
    Chart,
    Choice,
    CodeBlock,
    Container,
    Document,
    Figure,
    FigureGroup,
    Image,
    Inline,
    Node,
)
from pipeline.model.audience import Ranges, places_lacked
from pipeline.model.block_parts import Report
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import for_pupils
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import MISSPELT, TAKEN_CLASSES, TAKEN_NAMES, nearest
from pipeline.model.removal import closing_brace, for_all
from pipeline.model.secrets import secret
from pipeline.model.tree import (
    ANSWER,
    PLACE_OF_POINTS,
    POINT_KEYS,
    TEACHER,
    WIDTH,
    children,
    find,
    has,
    has_condition,
    plain_text,
    walk,
)
from pipeline.model.words import understood_in
from pipeline.parser import dialects
from pipeline.parser.attributes import trailing_attributes
from pipeline.parser.frontmatter.registered import BadValueError, language
from pipeline.parser.left_out import solutions
from pipeline.parser.lines import Line, shorten
from pipeline.parser.names import announces_answer, meant_name, mentions_answer
from pipeline.parser.partial_strings import public_string
from pipeline.parser.remnants import Remnants
from pipeline.parser.tables import columns_in, different, split_row
from pipeline.parser.withheld_ranges import Range, SourceRecord
from pipeline.parser.withholding_marks import LIKELY, SIGNS, looks_in, words_in

# --- slips -----------------------------------------------------------------------------------
# Text, and blocks without any effect, that were probably meant to be something else.

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
_ANSWER_LABEL = late(r"[*_]{0,2}([^\W\d_][\w .'’/-]{0,24}):[*_]{0,2}[ \t]+(?=\S)")
_BREAK = late(r"(?<![\\\s])\\[ \t]*$")
_PATH = late(r"(?:\s[A-Za-z]:|(?<![\\\S])[^\s\\]*+\\\S*)\\[ \t]*$")
_POINTS = late(rf"(?<![\]`\\])\{{((?:{'|'.join(POINT_KEYS)})=[\w.]{{1,9}})\}}\s*+[^\s{{]")
_ASKS = frozenset({"q", "a"})


def warn_of_text(lines: Sequence[Line], report: Report, tools: tuple[str, ...] = ()) -> None:
    """A paragraph of rows, or with an attribute list at the end of a line, in a text of some
    ``tools``."""
    if not lines:
        return
    for before, line in itertools.pairwise(lines):
        if "|" in before and "|" in line and (count := columns_in(line)):
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
        before_blank = line.rstrip("_ \t")
        split = trailing_attributes(before_blank)
        has_blank = before_blank != line.rstrip()
        # A list alone is reported where it is known not to belong to a table.
        if split and (has_blank or line[len(split[0])].isspace() or len(lines) > 1 > len(split[0])):
            written = before_blank[len(split[0]) :].strip()
            place = "before a blank" if has_blank else "at the end of a line"
            message = f"The attributes `{written}` are read as text {place}."
            hint = (
                "Put them on a line of their own below it, or write `\\{` if you mean them as text."
            )
            if marks := next((pair for pair in split[1].pairs if pair[0] in POINT_KEYS), None):
                hint = PLACE_OF_POINTS.format("=".join(marks))
            report(Code.LIKELY_SLIP, message, line.at(line.rindex(written)), hint)
        elif "{" in line and (points := _POINTS.search(line)):
            message = f"The attributes `{{{points[1]}}}` are read as text in the middle of a line."
            hint = PLACE_OF_POINTS.format(points[1])
            report(Code.LIKELY_SLIP, message, line.at(points.start()), hint)


def warn_of_name(
    name: str, known: Sequence[str], span: Span, report: Report, size: str = ""
) -> None:
    """A block whose name resembles a known one; a plural is a different name. Or one that has
    nothing but a ``size``, and a name that needs none."""
    meant = nearest(name, known, MISSPELT)
    message = f"`::: {name}` is a block without any effect."
    if meant and name not in (meant, f"{meant}s"):
        report(Code.LIKELY_SLIP, message, span, f"Did you mean `::: {meant}`?")
    elif size[:1].isdigit():
        hint = "For room to write, use `::: lines 6`, or `::: space 40mm {.squared}` for squares."
        report(Code.LIKELY_SLIP, message, span, hint)


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
            elif key == "float" and value not in ("auto", "here", "top", "foot"):
                message = f"`float={shorten(value)}` has no effect."
                hint = "Write `float=auto` or `float=here`; `float=top` or `float=foot` of a page."
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
            elif meant := _likely_key(key):
                message = f"The attribute `{key}` has no effect."
                hint = f"Did you mean `{meant}`?"
                yield diagnostic(Code.LIKELY_SLIP, message, span=node.span, hint=hint)


def _wrong_tag(tag: str) -> tuple[str, str] | None:
    """The problem with a language tag, and the hint; None if the tag is valid."""
    try:
        language(tag)
    except BadValueError as error:
        return error.message, error.hint
    return None


@functools.lru_cache(1000)
def _likely_key(key: str) -> str:
    meant = nearest(key[:30], KEYS, MISSPELT)
    return "" if key in (meant, f"{meant}s") or f"{key}s" == meant else meant


def _joined_label(lines: Sequence[Line]) -> Line | None:
    """The second line of a paragraph whose lines all begin with a label, such as `Date:`, or with
    `Q:` and `A:` in turn, unless the author ends its first line."""
    if len(lines) < 2 or not _ANSWER_LABEL.match(lines[0]):
        return None
    labels = [match[1].lower() if (match := _ANSWER_LABEL.match(line)) else "" for line in lines]
    named = [line for line, label in zip(lines, labels, strict=True) if label]
    asks = set(filter(None, labels)) == _ASKS
    if len(named) < 2 or not (asks or all(labels)):
        return None
    return None if lines[0].endswith(("  ", "\\", "<br>", "<br/>", "<br />")) else named[1]


def _is_row(line: str) -> bool:
    text = line.strip()
    return text.count("|") > 2 and text[0] == text[-1] == "|"


# --- unguarded -------------------------------------------------------------------------------
# Text that looks like an answer but is not marked as one, so that students get it.

HOLDERS = (
    model.BlockQuote, model.Container, model.List, model.ListItem, model.Admonition,
    model.Exercise, model.Table, model.TableRow, model.TableCell, model.DefinitionList,
    model.DefinitionItem, model.Dialogue, model.Turn,
)  # fmt: skip
TASKS = (
    model.Blank, model.Choices, model.Exercise, model.Matching, model.Ordering,
    model.WritingLines, model.WritingSpace,
)  # fmt: skip
"""Tasks for readers, and room for their answers."""
TEXTS = (model.Paragraph, model.Plain, model.Heading)

_TITLE_PARTS = late(r"[():\[\]/|]|\s[-–—]\s")
_COLON = late(r"[:：]")
_QUESTION = late(r"[?\uff1f\u061f]")
_NUMBERED_QUESTION = late(r"\W{0,3}\w{0,20} ?\d{1,3} ?[.):][^?\uff1f\u061f]{1,300}[?\uff1f\u061f]")
_AROUND = " .0123456789"
_RULED = late(r"([=*#~+<>-])\1++ *(?:(?:BEGIN|START)(?: OF)? )?(\w.{0,60})(?<!\1)\1{2,}$", re.I)
"""A title between signs: ``===BEGIN MARK SCHEME===``."""

LONGEST_LABEL, LONGEST_TITLE = 40, 120
"""The number of letters searched for a word that ends with a colon, and for a title."""

FEWEST_QUESTIONS = 2
"""The number of questions from which a text without tasks may be a quiz."""

Labels: TypeAlias = frozenset[str]
"""Short words for an answer, in small letters, that are none without a colon."""

HINT = "Put it in `::: answer` or `::: teacher` if only teachers should get it"


def find_unguarded(document: Document, ranges: Iterable[Range]) -> Iterator[Diagnostic]:
    """Text in none of the ``ranges`` that pupils lack. Collapsible blocks with a word for an answer
    in their titles, and boxes that announce one; in a text with tasks or questions also sections,
    lines in bold, and lines that begin so, in exercises with a short label, too."""
    has_tasks = has(document, *TASKS) or _asks_questions(document)
    places = Ranges(each.withheld() for each in ranges)
    outside: Labels | None = frozenset() if has_tasks else None
    for block, labels in _public(document.blocks, document.metadata.lang, outside, places):
        answer = _unguarded_answer(block, has_tasks, labels)
        left = for_all((block,)) if answer else ()
        if answer and left and answer == _unguarded_answer(left[0], has_tasks, labels):
            content, hint = answer
            yield diagnostic(
                Code.LIKELY_SLIP, f"Students also get {content}.", span=block.span, hint=hint
            )
    for ticked in _ticked_lists(document.blocks, places) if has_tasks else ():
        message = "Students also get which boxes are ticked."
        hint = "If it is a question, put it in `::: exercise`, where students get empty boxes."
        yield diagnostic(Code.LIKELY_SLIP, message, span=ticked.span, hint=hint)


def _asks_questions(document: Document) -> bool:
    """Return whether a text has several questions with numbers, as quizzes of other tools have."""
    asked = 0
    for _, node, _ in find(document, model.List, model.Strong, model.Heading):
        if isinstance(node, model.List):
            items = node.items if node.ordered else ()
            asked += sum(bool(_QUESTION.search(plain_text(item.children[:1]))) for item in items)
        elif isinstance(node, model.Strong | model.Heading):
            asked += bool(_NUMBERED_QUESTION.match(plain_text(node.children)))
        if asked >= FEWEST_QUESTIONS:
            return True
    return False


def _ticked_lists(nodes: Iterable[Node], withheld: Ranges) -> Iterator[model.List]:
    """The lists of boxes, some of them ticked, that follow a question outside of exercises."""
    question = False
    for node in nodes:
        if withheld.hold(node.span) or isinstance(node, model.Exercise):
            continue
        if isinstance(node, model.List) and question and _is_partly_ticked(node):
            yield node
        if isinstance(node, HOLDERS):
            yield from _ticked_lists(children(node), withheld)
        question = isinstance(node, TEXTS) and bool(_QUESTION.search(plain_text(node.children)))


def _is_partly_ticked(node: model.List) -> bool:
    return {item.checked for item in node.items} == {True, False}


def _unguarded_answer(
    block: Block, has_tasks: bool, labels: Labels | None
) -> tuple[str, str] | None:
    """Text that reads like an answer in place of ``block``, and the hint; in a text with tasks,
    there are ``labels``."""
    words, form, hint = "", "the text after “{}”", f"{HINT}."
    match block:
        case model.Admonition():
            words, form = _answer_text(block.title, is_collapsed=bool(block.fold)), "the box “{}”"
        case model.Container(name="details", children=(model.Container() as first, *_)):
            kinds = model.Paragraph | model.Plain | model.Heading
            lines = (block.children for block in first.children if isinstance(block, kinds))
            words = _answer_text(next(lines, ()), is_collapsed=True)
            form = "the collapsed text “{}”"
            hint = f"{HINT}: in print it is not collapsed."
        case model.Heading() if has_tasks and not has_condition(block):
            words, form = _answer_title(block.children), "the section “{}”"
            hint = "Write `{.answer}` after the heading if only teachers should get it; if all "
            hint += 'should, `{only="html pdf epub"}`.'
        case model.Paragraph(children=(*signs, model.Strong(children=bold))) if (
            has_tasks and not re.search(r"\w", plain_text(signs)) and (title := _answer_title(bold))
        ):
            words, form = title.rstrip(": "), "the text under “{}”"
        case model.Paragraph():
            ruled = _RULED.match(plain_text(block.children[:1])[:LONGEST_TITLE])
            words = _answer_text((model.Text(ruled[2]),)) if ruled else _answer_line(block)
            if not words and labels is not None:
                words = next(filter(None, (_label(line, labels) for line in _lines(block))), "")
    return (form.format(words), hint) if words else None


def _public(
    nodes: Iterable[Node], lang: str, labels: Labels | None, withheld: Ranges
) -> Iterator[tuple[Block, Labels | None]]:
    """The blocks that students get, each in an exercise with the labels of answers in it."""
    for node in nodes:
        if withheld.hold(node.span):
            continue
        if isinstance(node, Block):
            yield node, labels
        is_summary = isinstance(node, model.Container) and node.name == "summary"
        if isinstance(node, HOLDERS) and not is_summary:
            inner_labels = _short_labels(node, lang) if isinstance(node, model.Exercise) else labels
            yield from _public(children(node), lang, inner_labels, withheld)


def _short_labels(exercise: model.Exercise, lang: str) -> Labels:
    """The short labels of answers in a language; `A:` is none beside `B:`, of a speaker or a
    choice."""
    known = frozenset(understood_in(lang, "answer_label"))
    paragraphs = (node for node in walk(exercise) if isinstance(node, model.Paragraph))
    lines = (line for paragraph in paragraphs for line in _lines(paragraph))
    return known - {"a"} if any(_label(line, frozenset("b")) == "B" for line in lines) else known


def _answer_text(inlines: Iterable[Inline], is_collapsed: bool = False) -> str:
    text = plain_text(inlines).strip()
    return text if (mentions_answer if is_collapsed else announces_answer)(text) else ""


def _answer_title(inlines: Iterable[Inline]) -> str:
    """The title of answers, if it is one, such as “Answer key (teachers only)”."""
    text = plain_text(inlines).strip()
    parts = _TITLE_PARTS.split(text)
    several = len(parts) > 1
    is_one = any(
        announces_answer(part) if meant_name(part) != TEACHER else several and " " in part.strip()
        for part in parts
    )
    return text if is_one else _answer_text(inlines)


def _answer_line(block: model.Paragraph) -> str:
    """The title of an answer on a line between others: the summary of a ``<details>`` in text."""
    if not any(isinstance(node, model.LineBreak) for node in block.children):
        return ""
    lines = (plain_text(line).strip() for line in [*_lines(block, model.LineBreak)][1:-1])
    return next((t for t in lines if announces_answer(t) and meant_name(t) != TEACHER), "")


def _lines(block: model.Paragraph, *breaks: type[Inline]) -> Iterator[tuple[Inline, ...]]:
    """The lines of a paragraph in the source, or those between ``breaks``."""
    kinds = breaks or (model.SoftBreak, model.LineBreak)
    for is_break, line in itertools.groupby(block.children, lambda child: isinstance(child, kinds)):
        if not is_break:
            yield tuple(line)


def _label(line: tuple[Inline, ...], labels: Labels) -> str:
    """The words before the colon at the beginning of a line, unless a blank follows."""
    first, *others = line
    if not others and isinstance(first, model.Strong | model.Emphasis) and first.children:
        return _label(first.children, labels)
    if any(isinstance(node, model.Blank) for node in line) or not isinstance(
        first, model.Text | model.Strong | model.Emphasis
    ):
        return ""
    label, colon, after = _COLON.sub(":", plain_text((first,))[:LONGEST_LABEL], 1).partition(":")
    label = label.strip()
    if not (announces_answer(label) or label.strip(_AROUND).casefold() in labels):
        return ""
    is_text = all(isinstance(node, model.Text) for node in others)
    follows = bool(others) and not (is_text and not plain_text(others).strip(" :：_.…"))
    if isinstance(first, model.Text):
        return label if colon and (follows or (not others and after.strip(" _.…"))) else ""
    is_label = colon or label.endswith(".") or plain_text(others[:1]).lstrip()[:1] in (":", "：")
    return label if is_label and follows else ""


# --- second look -----------------------------------------------------------------------------
# A second look at the lines of a source, which does not trust the parser: where something looks
# like a mark of an answer, but nothing has taken it up, pupils would get the answer.

MARKUP_LANGUAGES = frozenset(
    "asciidoc astro css django docbook erb gift handlebars haml html html5 jinja jinja2 jsx latex"
    " liquid markdown markdoc md mdx myst org pandoc php qmd quarto rd rmarkdown rmd rst scss"
    " svelte svg tex tsx twig typst vue wiki xhtml xml xslt".split()
)
"""Languages of code in which marks are examples."""

LONGEST_GAP = 300
"""The number of characters in which a gap ends."""

_BARE = late(r"[\s>]*+(?:[:/`~!?]{2,}+\s*+[\w-]*+\s*+)?(?:\{[^{}]*+\}\s*+)?")
_ABOUT_BRACKETS = late(r"\]\{[^{}]*+\}$")
_FENCE = late(r"[ \t>\xa0]*+(?:(?:[*+-]|\d{1,9}[.)])[ \t]++)*+(`{3,}+|~{3,}+)([^`]*)$")
_INLINE_CODE = late(r"(?<![\\`])`++[^`]++`++|<code>[^<]*+</code>")
_COMMENT_ENDS = late(r"(<!--|-->)")
_COMMENT_MARK = late(r"<!--\s*+(?:/|(?i:end|begin|start)[\s:_-])[\w -]{1,60}-->")
_CHOICE_LABEL = late(r"\([wWyY]\)")
_ITEM = late(r"[ \t>|]*+(?:[*+-]|\w{1,3}[.)])[ \t]")
_EMPTY = late(r"[ \t>|]*+\(\s\)")
_NOT_LETTERS = late(r"[\W_]+")

_HINT = "Put what it is about between two lines `::: answer` and `:::`."
_TASK_HINT = "Write `____{answer}` or `- (x) right` in text without other markup around it."
_SPOILER_HINT = "Write `::: answer` if only teachers should get it, `::: details` to fold it up."
_EXAMPLE = " If it is an example, put it in backquotes, or in code in the language `markdown`."


class _Task(NamedTuple):
    """A gap or a right choice: the letters of its ``answer``, and its place."""

    answer: str
    line: int
    written: str = ""
    column: int = 0


def unread_marks(
    document: Document, record: SourceRecord, front: Iterable[str], ranges: Sequence[Range],
    metadata: Metadata,
) -> Iterator[Diagnostic]:  # fmt: skip
    """An error for each mark in a text and in the ``front`` matter before it, unless one of the
    ``ranges`` that pupils lack has it, and more than it. Gaps and choices are those of tasks as far
    as the ``document`` has as many."""
    lines = record.lines
    more = (each for each in ranges if each.is_part or _is_whole(each, record))
    withheld = Ranges(places_lacked((each.withheld() for each in more), *for_pupils(metadata)))
    public = ((number, public_string(line)) for number, line in enumerate(front, 1))
    is_likely = LIKELY.search("\n".join(lines.values()))
    tasks: list[_Task] = []
    told = 0
    shown = dict(_without_examples(lines))
    for number, line in (*public, *(shown.items() if is_likely else ())):
        for mark in looks_in(line):
            way = str(mark.lastgroup)
            if way == "choice" and not _is_choice(mark, number, lines):
                continue
            if withheld.hold(Span(number, mark.start(way) + 1)):
                continue
            end = max(mark.end(), mark.end(way))
            written, at = line[mark.start() : end].strip(), Span(number, mark.start() + 1)
            if way in ("gap", "choice"):
                tasks.append(_task(mark, number))
            elif way == "spoiler":
                message = f"`{shorten(written)}` hides text elsewhere; here, all get it."
                yield diagnostic(Code.LIKELY_SLIP, message, span=at, hint=_SPOILER_HINT)
            elif number != told:
                told = number
                is_task = way in ("task", "command", "key")
                yield _unread(written, at, _TASK_HINT if is_task else _HINT)
    for task in _not_taken(tasks, [*_tasks_in(document, withheld)]) if tasks else ():
        yield _unread(task.written, Span(task.line, task.column), _TASK_HINT)
    for_teachers = any(each.conditions.classes for each in ranges)
    has_answers = for_teachers or has(document, *TASKS)
    yield from Remnants(document, lines, shown, withheld, has_answers, metadata.lang).find()
    for _, code, place in find(document, CodeBlock):
        is_empty = place and not any(map(lines.get, range(place.line + 1, place.end)))
        if is_empty and code.language not in MARKUP_LANGUAGES and not withheld.hold(place):
            for mark in (mark for line in code.text.splitlines() for mark in looks_in(line)):
                if mark.lastgroup != "spoiler":
                    yield _unread(mark[0].strip(), place)  # in a file with code


def _is_whole(place: Range, record: SourceRecord) -> bool:
    """Return whether a range has more than a mark, and all that this is about: no brackets that are
    opened in some line before."""
    text = record.text(place.start, place.end)
    if _ABOUT_BRACKETS.search(text) and text.count("]") > text.count("["):
        first = place.start[0]
        before = "".join(record.lines.get(number, "") for number in range(first - 20, first))
        if before.count("[") > before.count("]"):
            return False
    return not _BARE.fullmatch(text)


def _without_examples(lines: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """The lines without comments, and without code in languages in which marks are examples. A
    fence that is not closed has none."""
    examples: set[int] = set()
    opened, fence, info, commented = 0, "", "", False
    last_end = max((number for number, line in lines.items() if "-->" in line), default=0)
    for number, line in lines.items():
        match = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if match and (not fence or (match[1].startswith(fence) and match[1][0] == fence[0])):
            if fence and not match[2].strip():
                if not MARKUP_LANGUAGES.isdisjoint(words_in(info.lower())):
                    examples.update(range(opened + 1, number))
                fence = ""
            else:
                opened, fence, info = number, match[1], match[2]
    for number, line in lines.items():
        if number in examples:
            continue
        if "`" in line or "<code>" in line:
            line = _INLINE_CODE.sub(lambda code: "\0" * len(code[0]), line)
        if commented or ("<!--" in line and number <= last_end):
            kept: list[str] = []
            for part in _COMMENT_ENDS.split(line):
                kept.append("\0" * len(part) if commented or part == "<!--" else part)
                commented = part == "<!--" or (commented and part != "-->")
            masked = "".join(kept)
            for mark in _COMMENT_MARK.finditer(line):
                masked = masked[: mark.start()] + mark[0] + masked[mark.end() :]
            line = masked
        yield number, line


# --- gaps and choices ----------------------------------------------------------------------------


def _task(mark: re.Match[str], number: int) -> _Task:
    start, end = mark.span(str(mark.lastgroup))
    if mark.lastgroup == "choice":
        return _Task("x", number, mark[0].strip(), start + 1)
    rest = mark.string[mark.start() : end + LONGEST_GAP]
    close = closing_brace(rest, end - 1 - mark.start())
    text = rest if close is None else rest[: close + 1]
    return _Task(_letters(text.partition("{")[2]), number, text, mark.start() + 1)


def _is_choice(mark: re.Match[str], number: int, lines: Mapping[int, str]) -> bool:
    """Return whether an x in parentheses is no label among others, and in a list, or near an empty
    mark."""
    near = [lines.get(other, "") for other in range(number - 3, number + 4)]
    is_sure = _ITEM.match(mark[0]) or any(map(_EMPTY.match, near))
    return bool(is_sure) and not any(map(_CHOICE_LABEL.search, near))


def _tasks_in(document: Document, withheld: Ranges) -> Iterator[_Task]:
    """The gaps and right choices of a document that pupils get, without their answers."""
    for solution in solutions(document):
        if not withheld.hold(solution.span):
            yield _Task(_letters(solution.text), solution.span.line)
    for _, choice, span in find(document, Choice):
        if choice.correct and span and not withheld.hold(span):
            yield _Task("x", span.line)


def _letters(answer: str) -> str:
    answer = answer.strip("} ")
    return "x" if answer in SIGNS else _NOT_LETTERS.sub("", answer) or answer


def _not_taken(tasks: list[_Task], taken: list[_Task]) -> list[_Task]:
    """The tasks without those taken: in the same line, with the same answer, or at least one of
    these, since the parser may say both in another way."""
    sames: tuple[Callable[[_Task], Any], ...] = (
        lambda task: task[:2],
        lambda task: task.answer,
        lambda task: task.line,
    )
    for same in sames:
        known = defaultdict[Any, list[_Task]](list)
        for task in taken:
            known[same(task)].append(task)
        tasks = [task for task in tasks if not (known[same(task)] and known[same(task)].pop())]
        taken = [task for left in known.values() for task in left]
    return tasks


def _unread(written: str, span: Span | None, hint: str = _HINT) -> Diagnostic:
    message = f"`{shorten(written)}` looks like a mark of an answer, but nothing is withheld."
    return diagnostic(Code.LOST_MARK, message, span=span, hint=hint + _EXAMPLE)
