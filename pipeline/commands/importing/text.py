"""Copied text: lines, made paragraphs, headings, lists and tables, under a title and an author."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import ftfy
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.appearance import BULLET, NUMBER
from pipeline.commands.importing.article import without_leftovers
from pipeline.commands.importing.draft import Draft, InputText, count, tell_loss, unread
from pipeline.commands.importing.files import clean_text, decode_text
from pipeline.commands.importing.interviews import (
    label_of,
    line_of,
    phrase,
    speech_role,
    words_for,
)
from pipeline.commands.importing.lines import (
    ADDRESS,
    ENDS,
    CopiedLine,
    groups,
    inlines,
    is_spaced,
    width_of,
)
from pipeline.commands.importing.markdown import draft_of_markdown
from pipeline.commands.importing.metadata import head_of
from pipeline.commands.importing.rtf import draft_of_rtf
from pipeline.commands.importing.tidying import as_worksheet
from pipeline.model import Block, Inline, Paragraph, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.words import fold_word
from pipeline.model.words.guessing import language_of_text
from pipeline.parser import parse
from pipeline.parser.files import normalise
from pipeline.parser.tables import with_head_rows

_RULE = late(r"\s*(?:[*•·-]\s+){2,}[*•·-]\s*|\s*([*_=~–—#-])\1{2,}\s*|\s*⁂\s*")
_UNDERLINE = late(r"\s*([=~-])\1{2,}\s*")
_SECTION = late(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+(?=\S)|[IVX]{1,4}\.\s+|[A-H]\.\s+")
_HEADING_WORDS, _HEADING_LENGTH = 12, 80
_SHORT = 60
"""Characters of a line of verse at most."""

_QUOTE_PREFIX = late(r"^> ?(?:(?:> ?){20,})?")
"""The mark of a quotation, or of one that is quoted more often than anyone reads."""

_MARKDOWN = late(
    r"^#{1,6} \S|^(?:```|~~~)\w*$|\[[^\]\n]{1,200}\]\(|\*\*[^\s*]|^\|.{1,999}\|$", re.MULTILINE
)
"""Syntax that only Markdown has."""

_FRONT_MATTER = late(r"---\n(?:[\w-]+:[^\n]*+\n|[ \t#-] *+[^\s-][^\n]*+\n)++---\n")

_FIX = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html="auto")


def _is_binary(start: bytes) -> bool:
    """Return whether what a file begins with is no text, by its control characters."""
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return not is_utf16 and 20 * len(re.findall(rb"[\0-\x08\x0e-\x1f]", start)) > len(start)


def draft_of_text(data: bytes | str, name: str, folder: Path = Path()) -> Draft:
    """A text, as copied from anywhere; Markdown in it is read as such."""
    if isinstance(data, bytes) and data.startswith(b"{\\rtf"):
        return draft_of_rtf(data, name, "")
    if isinstance(data, bytes) and _is_binary(data[:4096]):
        message = "This is not a text file, so Chapbook cannot import it."
        hint = "Open it in a word processor, and save it as .docx."
        return unread(message, name, hint)
    raw, findings = clean_text(decode_text(data).replace("\r\n", "\n").replace("\r", "\n"), name)
    text = ftfy.fix_text(raw, _FIX)
    if not text.strip():
        return unread("There is no text in it.", name, code=Code.EMPTY_FILE)
    findings += _tell_mended(raw, text, name)
    if _FRONT_MATTER.match(text) or len(_MARKDOWN.findall(text)) > 2:
        text = normalise(text)
        draft = draft_of_markdown(text, parse(text, name, folder), folder, name)
        return replace(draft, findings=(*findings, *draft.findings))
    lines = [CopiedLine(t.rstrip(), n) for n, t in enumerate(text.expandtabs(8).split("\n"), 1)]
    tabbed = {n: t for n, t in enumerate(text.split("\n"), 1) if "\t" in t.strip()}
    kept, left = without_leftovers(lines, name)
    findings += left
    lang = language_of_text(text)
    if not lang:
        hint = "If that is wrong, change `lang` in the front matter."
        findings.append(tell_loss("Its language is not clear; English is assumed.", name, hint))
    metadata, rest, head_findings = head_of(kept, lang or "en", name)
    findings += head_findings
    reader = _Reader(rest, tabbed, metadata, name)
    blocks, message = as_worksheet(reader.blocks())
    findings += (*reader.findings, *([tell_loss(message, name)] if message else ()))
    counts = count(blocks, ())
    unmarked = (
        line.text[mark.end() :] if (mark := NUMBER.match(line.text)) else line.text for line in rest
    )
    words = " ".join([metadata.title, *unmarked]).split()
    counts["words"] = sum(any(map(str.isalnum, word)) for word in words)
    in_order = sorted(findings, key=lambda finding: finding.line or 0)
    passages = tuple(InputText(line.text, line.number) for line in rest)
    return Draft(metadata, blocks, counts=dict(counts), findings=tuple(in_order), passages=passages)


def _tell_mended(raw: str, text: str, name: str) -> Iterator[Diagnostic]:
    """The finding that characters were corrected, with the first of them."""
    raw_lines, lines = raw.split("\n"), text.split("\n")
    if len(raw_lines) != len(lines):
        return
    changed = [
        (n, a, b) for n, (a, b) in enumerate(zip(raw_lines, lines, strict=True), 1) if a != b
    ]
    for number, before, after in changed[:1]:
        words = [(a, b) for a, b in zip(before.split(), after.split(), strict=False) if a != b]
        if words:
            where = "1 line" if len(changed) == 1 else f"{len(changed)} lines"
            message = (
                f"Garbled characters are corrected in {where}, such as “{words[0][0][:40]}” to "
                f"“{words[0][1][:40]}”."
            )
            yield tell_loss(message, name, span=Span(number))


class _Reader:
    """Reads lines into blocks."""

    def __init__(
        self, lines: list[CopiedLine], tabbed: dict[int, str], metadata: Metadata, name: str
    ) -> None:
        self.findings: list[Diagnostic] = []
        self._lines = lines
        self._tabbed = tabbed
        self._name = name
        self._places = {line.number: at for at, line in enumerate(lines)}
        self._words = frozenset(re.findall(r"[^\W\d_]{4,}", " ".join(line.text for line in lines)))
        self._width = width_of(lines)
        self._is_spaced = is_spaced(lines)
        words = " ".join([metadata.title, *metadata.keywords, *(line.text for line in lines[:12])])
        self._is_interview = bool(phrase("speech", "interview").search(words))
        self._names = Counter(filter(None, map(_name_before, lines)))

    def blocks(self) -> tuple[Block, ...]:
        """The blocks of all lines."""
        blocks: list[Block] = []
        for group in groups(self._lines):
            blocks += self._group(group)
        return _as_headings_go(blocks)

    def _group(self, lines: list[CopiedLine]) -> Iterator[Block]:
        """The blocks of lines without an empty one between them."""
        at = 0
        run: list[CopiedLine] = []
        while at < len(lines):
            end, block = self._special(lines, at)
            if block is None:
                run.append(lines[at])
                at += 1
                continue
            yield from self._paragraphs(run)
            yield block
            at, run = end, []
        yield from self._paragraphs(run)

    def _special(self, lines: list[CopiedLine], at: int) -> tuple[int, Block | None]:
        """The element other than a paragraph that begins at a line, and its end."""
        line = lines[at]
        if _RULE.fullmatch(line.text):
            return at + 1, model.ThematicBreak()
        if line.text.startswith(">"):
            return self._quotation(lines, at)
        if at + 1 < len(lines) and _UNDERLINE.fullmatch(lines[at + 1].text):
            level = 2 if "=" in lines[at + 1].text else 3
            return at + 2, _heading(line, level)
        if BULLET.match(line.text) and not self._is_speech(lines, at):
            return self._list(lines, at, BULLET)
        number = NUMBER.match(line.text)
        if number and number[2] in ("1", "a", "i") and self._has_second(line):
            return self._list(lines, at, NUMBER)
        if line.number in self._tabbed and (end := self._table_end(lines, at)) > at + 1:
            return end, self._table(lines[at:end])
        return at, None

    def _is_speech(self, lines: list[CopiedLine], at: int) -> bool:
        """Return whether a dash begins direct speech, not a list item."""
        mark = BULLET.match(lines[at].text)
        if not mark or mark[2] not in ("–", "—", "-"):
            return False
        alone = at + 1 == len(lines) or not BULLET.match(lines[at + 1].text)
        before = at and BULLET.match(lines[at - 1].text)
        return mark[2] in "–—" and alone and not before

    def _has_second(self, first: CopiedLine) -> bool:
        """Return whether a list has a second item before other text."""
        start = self._places[first.number]
        long = 0
        for line in self._lines[start + 1 : start + 40]:
            number = NUMBER.match(line.text)
            if number and number[2] in ("2", "b", "ii"):
                return long < 2
            long += bool(line.text.strip())
        return False

    def _list(
        self, lines: list[CopiedLine], at: int, mark: re.Pattern[str]
    ) -> tuple[int, Block | None]:
        """The list that begins at a line, with those in its items."""
        first = mark.match(lines[at].text)
        if not first:
            return at, None
        indent = len(first[1])
        items: list[model.ListItem] = []
        start = int(first[2]) if mark is NUMBER and first[2].isdigit() else 1
        while at < len(lines):
            match = mark.match(lines[at].text)
            if not match or len(match[1]) != indent:
                break
            inner = [lines[at]._replace(text=" " * match.end() + lines[at].text[match.end() :])]
            at += 1
            nested: list[Block] = []
            while at < len(lines):
                other = BULLET.match(lines[at].text) or NUMBER.match(lines[at].text)
                depth = len(lines[at].text) - len(lines[at].text.lstrip())
                if other and depth > indent:
                    pattern = BULLET if BULLET.match(lines[at].text) else NUMBER
                    at, child = self._list(lines, at, pattern)
                    nested += [child] if child else []
                elif not other and (depth > indent or self._goes_on(lines[at - 1], lines[at])):
                    inner.append(lines[at])
                    at += 1
                else:
                    break
            text = [w._replace(text=w.text.strip()) for w in inner]
            paragraphs = (Paragraph(children=self._join_lines(text)),)
            items.append(model.ListItem(children=(*paragraphs, *nested)))
        return at, model.List(ordered=mark is NUMBER, start=start, tight=True, items=tuple(items))

    def _quotation(self, lines: list[CopiedLine], at: int) -> tuple[int, Block]:
        end = at
        while end < len(lines) and lines[end].text.startswith(">"):
            end += 1
        inner = [w._replace(text=_QUOTE_PREFIX.sub("", w.text, count=1)) for w in lines[at:end]]
        children = [block for group in groups(inner) for block in self._group(group)]
        return end, model.BlockQuote(children=tuple(children))

    def _table_end(self, lines: list[CopiedLine], at: int) -> int:
        columns = self._cells(lines[at])
        end = at
        while end < len(lines) and self._cells(lines[end]) == columns:
            end += 1
        return end

    def _cells(self, line: CopiedLine) -> int:
        return self._tabbed.get(line.number, "").strip("\n").count("\t")

    def _table(self, lines: list[CopiedLine]) -> Block:
        rows = []
        for line in lines:
            texts = (cell.strip() for cell in self._tabbed[line.number].split("\t"))
            cells = tuple(model.TableCell(children=_plain(text)) for text in texts)
            rows.append(model.TableRow(cells=cells))
        message = "Lines with tabs are read as a table, and the first as its header."
        self.findings.append(tell_loss(message, self._name, span=Span(lines[0].number)))
        return with_head_rows(model.Table(head=(), body=tuple(rows)), 1)

    def _paragraphs(self, lines: list[CopiedLine]) -> Iterator[Block]:
        """The paragraphs of lines: wrapped lines are joined, others are a paragraph each; short
        ones, as in verse, stay lines."""
        parts: list[list[CopiedLine]] = []
        is_prose = max((len(line.text) for line in lines), default=0) > _SHORT or (
            len(lines) == 2 and bool(ENDS.search(lines[1].text))
        )
        for line in lines:
            begins = bool(parts) and not label_of((Text(text=line.text.strip()),))
            before = parts[-1][-1] if parts else line
            is_cut = line.text.lstrip()[:1].islower() and (
                before.text.endswith(",") or not ENDS.search(before.text)
            )
            if begins and (self._goes_on(before, line) or (is_prose and is_cut)):
                parts[-1].append(line)
            else:
                parts.append([line])
        is_verse = (
            len(parts) > 2
            and self._is_spaced
            and all(len(part) == 1 and len(part[0].text) <= _SHORT for part in parts)
            and not any(label_of((Text(text=p[0].text.strip()),)) for p in parts)
        )
        if is_verse:
            children: list[Inline] = []
            for part in parts:
                children += [model.LineBreak(), *inlines(part[0].text.strip())]
            yield Paragraph(children=tuple(children[1:]), span=Span(lines[0].number))
            return
        named = False
        for at, part in enumerate(parts):
            is_alone = len(part) == 1 and (len(parts) == 1 or not self._is_spaced)
            stands_above = (
                at == 0 and len(parts) > 1 and len(parts[1][0].text) > _HEADING_LENGTH / 2
            )
            level = 0
            if not named and (is_alone or (len(part) == 1 and stands_above)):
                level = self._heading_level(part[0])
            named = bool(line_of((Text(text=part[0].text.strip()),))) and not level
            if level:
                yield _heading(part[0], level)
            else:
                texts = [w._replace(text=w.text.strip()) for w in part]
                yield Paragraph(children=self._join_lines(texts), span=Span(part[0].number))

    def _goes_on(self, line: CopiedLine, after: CopiedLine) -> bool:
        """Return whether a line was broken because the next word did not fit."""
        if not self._width or after.number != line.number + 1:
            return False
        if re.search(r"[^\W\d_]{2}-$", line.text) and after.text.lstrip()[:1].islower():
            return True
        first = after.text.split(maxsplit=1)[0] if after.text.strip() else ""
        return len(line.text) + 1 + len(first) > 0.88 * self._width

    def _heading_level(self, line: CopiedLine) -> int:
        """The level of a line that looks like a heading, or 0."""
        text = line.text.strip()
        if len(text) > _HEADING_LENGTH or len(text.split()) > _HEADING_WORDS:
            return 0
        if ENDS.search(text) and not text.endswith(("?", "!", "？")):
            return 0
        if text.endswith("?") and self._is_interview:
            return 0
        if not text[0].isalnum() or text[0].islower() or ADDRESS.search(text):
            return 0
        before = text.partition(":")[0]
        if self._names[_name_before(line)] > 1 or fold_word(before) in words_for(
            "speech", "nobody"
        ):
            return 0
        if re.match(r".{0,60}\d{1,2}:\d{2}", text):
            return 0
        number = _SECTION.match(text)
        return min(6, 2 + number[1].count(".")) if number and number[1] else 2

    def _join_lines(self, lines: list[CopiedLine]) -> tuple[Inline, ...]:
        """Lines as one text; a word that was cut at their end is joined."""
        parts = [lines[0].text]
        for line in lines[1:]:
            cut = re.search(r"(?<!\w)[^\W\d_]{2,60}-$", parts[-1])
            if cut and line.text[:1].islower():
                whole = cut[0][:-1] + re.match(r"\w*", line.text)[0]  # type: ignore[index]
                if whole in self._words:
                    parts[-1] = parts[-1][:-1]
                parts.append(line.text)
            else:
                parts.append(f" {line.text}")
        return inlines("".join(parts))


def _name_before(line: CopiedLine) -> str:
    """The name that begins a line, or is all of it."""
    text = (Text(text=line.text.strip()),)
    label = label_of(text)
    name = label.name if label else line_of(text)
    return fold_word(name.rstrip("0123456789") if speech_role(name) else name)


def _plain(text: str) -> tuple[Block, ...]:
    return (model.Plain(children=inlines(text)),) if text else ()


def _heading(line: CopiedLine, level: int) -> model.Heading:
    text = re.sub(r"^#{1,6}\s+", "", line.text.strip())
    return model.Heading(level=level, children=inlines(text), span=Span(line.number))


def _as_headings_go(blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks; a heading that nothing follows is a paragraph, and so are several that follow
    each other."""
    result: list[Block] = []
    for at, block in enumerate(blocks):
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if isinstance(block, model.Heading) and (
            after is None
            or isinstance(after, model.ThematicBreak)
            or (isinstance(after, model.Heading) and after.level <= block.level)
        ):
            result.append(Paragraph(children=block.children, span=block.span))
        else:
            result.append(block)
    return tuple(result)
