"""A second look at the lines of a source, which does not trust the parser: where something looks
like a mark of an answer, but nothing has taken it up, pupils would get the answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.model import Choice, CodeBlock, Document
from pipeline.model.audience import Ranges, lacked
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import for_pupils
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.removal import closing_brace
from pipeline.model.tree import find
from pipeline.parser import partial_strings
from pipeline.parser.answers import solutions
from pipeline.parser.characters import shorten
from pipeline.parser.marks import LIKELY, SIGNS, looks_in, words_in
from pipeline.parser.ranges import Range, SourceRecord

MARKUP_LANGUAGES = frozenset(
    "asciidoc astro css django docbook erb handlebars haml html html5 jinja jinja2 jsx latex"
    " liquid markdown markdoc md mdx myst org pandoc php qmd quarto rd rmarkdown rmd rst scss"
    " svelte svg tex tsx twig typst vue wiki xhtml xml xslt".split()
)
"""Languages of code in which marks are examples."""

LONGEST = 300
"""The number of characters in which a gap ends."""

_BARE = late(r"[\s>]*+(?:[:/`~!?]{2,}+\s*+[\w-]*+\s*+)?(?:\{[^{}]*+\}\s*+)?")
_ABOUT_BRACKETS = late(r"\]\{[^{}]*+\}$")
_FENCE = late(r"[ \t>\xa0]*+(?:(?:[*+-]|\d{1,9}[.)])[ \t]++)*+(`{3,}+|~{3,}+)([^`]*)$")
_INLINE_CODE = late(r"(?<![\\`])`++[^`]++`++|<code>[^<]*+</code>")
_COMMENT_ENDS = late(r"(<!--|-->)")
_LABEL = late(r"\([wWyY]\)")
_ITEM = late(r"[ \t>|]*+(?:[*+-]|\w{1,3}[.)])[ \t]")
_EMPTY = late(r"[ \t>|]*+\(\s\)")
_NOT_LETTERS = late(r"[\W_]+")

_HINT = "Put what it is about between two lines `::: answer` and `:::`."
_TASK_HINT = "Write `____{answer}` or `- (x) right` in text without other markup around it."
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
    withheld = Ranges(lacked((each.withheld() for each in more), *for_pupils(metadata)))
    public = ((number, partial_strings.public(line)) for number, line in enumerate(front, 1))
    is_likely = LIKELY.search("\n".join(lines.values()))
    tasks: list[_Task] = []
    for number, line in (*public, *(_without_examples(lines) if is_likely else ())):
        for mark in looks_in(line):
            way = str(mark.lastgroup)
            if way == "choice" and not _is_choice(mark, number, lines):
                continue
            if withheld.hold(Span(number, mark.start(way) + 1)):
                continue
            if way in ("gap", "choice"):
                tasks.append(_task(mark, number))
            else:
                yield _unread(mark[0].strip(), Span(number, mark.start() + 1))
    for task in _not_taken(tasks, [*_taken(document, withheld)]) if tasks else ():
        yield _unread(task.written, Span(task.line, task.column), _TASK_HINT)
    for _, code, span in find(document, CodeBlock):
        is_empty = span and not any(map(lines.get, range(span.line + 1, span.end)))
        if is_empty and code.language not in MARKUP_LANGUAGES and not withheld.hold(span):
            for mark in (mark for line in code.text.splitlines() for mark in looks_in(line)):
                yield _unread(mark[0].strip(), span)  # in a file with code


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
        line = _INLINE_CODE.sub(lambda code: "\0" * len(code[0]), line)
        if commented or ("<!--" in line and number <= last_end):
            kept: list[str] = []
            for part in _COMMENT_ENDS.split(line):
                kept.append("\0" * len(part) if commented or part == "<!--" else part)
                commented = part == "<!--" or (commented and part != "-->")
            line = "".join(kept)
        yield number, line


# --- gaps and choices ----------------------------------------------------------------------------


def _task(mark: re.Match[str], number: int) -> _Task:
    start, end = mark.span(str(mark.lastgroup))
    if mark.lastgroup == "choice":
        return _Task("x", number, mark[0].strip(), start + 1)
    rest = mark.string[mark.start() : end + LONGEST]
    close = closing_brace(rest, end - 1 - mark.start())
    text = rest if close is None else rest[: close + 1]
    return _Task(_letters(text.partition("{")[2]), number, text, mark.start() + 1)


def _is_choice(mark: re.Match[str], number: int, lines: Mapping[int, str]) -> bool:
    """Return whether an x in parentheses is no label among others, and in a list, or near an empty
    mark."""
    near = [lines.get(other, "") for other in range(number - 3, number + 4)]
    is_sure = _ITEM.match(mark[0]) or any(map(_EMPTY.match, near))
    return bool(is_sure) and not any(map(_LABEL.search, near))


def _taken(document: Document, withheld: Ranges) -> Iterator[_Task]:
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
