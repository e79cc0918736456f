"""BibTeX and BibLaTeX files: their syntax, and references from their entries."""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pipeline.features.citations.csl import forms
from pipeline.features.citations.csl import marked_text as marks
from pipeline.features.citations.csl.style import Date, Name, Reference
from pipeline.features.citations.csl_references import CSL_KINDS, MONTHS, edtf, year_and_month
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import tags_by_name

# --- bibtex ----------------------------------------------------------------------------------
# The syntax of BibTeX files: entries with fields as written, and where there are mistakes.

_ENTRY = late(r"@\s*([^\W\d]\w*)\s*([{(])")
_KEY = late(r"\s*([^\s,{}()=\"]+)\s*(,|(?=[})]))")
_FIELD = late(r"[\s,]*([^\s=,{}()\"#]+)\s*=\s*")
_END = late(r"[\s,]*([})])")
_BARE_WORD = late(r"[^\s,{}()=\"#]+")
_JOIN = late(r"\s*#\s*")
# Tokens within a value; a line that begins with an entry is outside any value.
_BRACES = late(r"\\.|[{}]|^[ \t]*@\w+\s*\{", re.M | re.S)
_QUOTES = late(r"\\.|[{}\"]|^[ \t]*@\w+\s*\{", re.M | re.S)
_SPACE = late(r"\s*")
_COMMA = late(r"\s*,")
_COMMAS = late(r"[\s,]*")
_NEXT = late(r"^[ \t]*@", re.M)


def _skip(pattern: re.Pattern[str], text: str, pos: int) -> int:
    match = pattern.match(text, pos)
    return match.end() if match else pos


class _Place(NamedTuple):
    line: int
    column: int


class BibtexEntry(NamedTuple):
    """An entry; names of fields are in small letters, and their values LaTeX."""

    kind: str
    key: str
    fields: dict[str, str]
    place: _Place


class _Mistake(NamedTuple):
    place: _Place
    message: str
    hint: str = ""


class _BrokenError(Exception):
    def __init__(self, offset: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset, self.message, self.hint = offset, message, hint


ADDED_CHARACTERS = 1_000_000
"""The number of characters that expanded strings may add, besides ten for each character
written."""


class Parser:
    """Reads a text; afterwards `entries` and `mistakes` are all that it holds, and `broken`
    the keys of entries that could not be read."""

    def __init__(self, text: str) -> None:
        self.entries: list[BibtexEntry] = []
        self.mistakes: list[_Mistake] = []
        self.broken: set[str] = set()
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._strings = dict(MONTHS)
        self._room = ADDED_CHARACTERS + 10 * len(text)
        self._read()

    def _place(self, offset: int) -> _Place:
        line = bisect.bisect_right(self._starts, offset)
        return _Place(line, offset - self._starts[line - 1] + 1)

    def _read(self) -> None:
        pos = 0
        while True:
            pos = self._text.find("@", pos)
            if pos < 0:
                return
            match = _ENTRY.match(self._text, pos)
            before = self._text[max(0, pos - 200) : pos].rpartition("\n")[2].strip()
            if match is None or before.startswith("%"):
                if not before:
                    hint = "An entry begins like `@book{key,`."
                    self._mistake(pos, "The text after `@` here is not an entry.", hint)
                pos += 1
                continue
            try:
                pos = self._entry(match)
            except _BrokenError as broken:
                self._mistake(broken.offset, broken.message, broken.hint)
                if key := _KEY.match(self._text, match.end()):
                    self.broken.add(key[1])
                following = _NEXT.search(self._text, max(match.end(), broken.offset))
                if following is None:
                    return
                pos = following.end() - 1

    def _mistake(self, offset: int, message: str, hint: str = "") -> None:
        self.mistakes.append(_Mistake(self._place(offset), message, hint))

    def _entry(self, match: re.Match[str]) -> int:
        """Read the construct that begins with ``match``, and return its end."""
        kind, pos = match[1].lower(), match.end()
        match kind:
            case "comment" | "preamble":
                return self._end(pos, "}", match.start()) if match[2] == "{" else pos
            case "string":
                fields, pos = self._fields(pos, match.start(), "a string")
                self._strings.update(fields)
                return pos
        key_match = _KEY.match(self._text, pos)
        if key_match is None:
            hint = "An entry begins with its key: `@book{smith2020,`."
            raise _BrokenError(match.start(), f"The entry `@{kind}` has no key.", hint)
        fields, end = self._fields(key_match.end(), match.start(), f"the entry `{key_match[1]}`")
        self.entries.append(BibtexEntry(kind, key_match[1], fields, self._place(match.start())))
        return end

    def _fields(self, pos: int, start: int, noun: str) -> tuple[dict[str, str], int]:
        fields: dict[str, str] = {}
        while True:
            if end := _END.match(self._text, pos):
                return fields, end.end()
            field = _FIELD.match(self._text, pos)
            if field is None:
                at = _skip(_COMMAS, self._text, pos)
                if at >= len(self._text) or self._text[at] == "@":
                    message = f"{noun[0].upper()}{noun[1:]} is not closed."
                    raise _BrokenError(start, message, "Add a `}` at its end.")
                hint = "Fields are written `name = {value},` with a comma after each."
                raise _BrokenError(at, f"A field of {noun} cannot be read.", hint)
            value, pos = self._value(field.end(), field.start(1), field[1])
            fields.setdefault(field[1].lower(), value)
            after = _END.match(self._text, pos)
            if after is None and not _COMMA.match(self._text, pos):
                hint = "Put a comma after the field before it."
                at = _skip(_SPACE, self._text, pos)
                if at < len(self._text) and self._text[at] != "@":
                    raise _BrokenError(at, f"A comma is missing in {noun}.", hint)

    def _value(self, pos: int, start: int, name: str) -> tuple[str, int]:
        parts = []
        while True:
            char = self._text[pos : pos + 1]
            if char in ("{", '"'):
                end = self._end(pos + 1, "}" if char == "{" else char, start, name)
                parts.append(self._text[pos + 1 : end - 1])
            elif word := _BARE_WORD.match(self._text, pos):
                end = word.end()
                parts.append(self._word(word[0], pos))
            else:
                message = f"The field `{name}` has no value."
                raise _BrokenError(start, message, f"Write `{name} = {{…}},`.")
            joined = _JOIN.match(self._text, end)
            if joined is None:
                return "".join(parts), end
            pos = joined.end()

    def _word(self, word: str, pos: int) -> str:
        """A number, or the name of a string."""
        if word.isdecimal():
            return word
        if word.lower() not in self._strings:
            message = f"`{word}` is neither a number nor the name of a string."
            self._mistake(pos, message, f"Put text in braces: `{{{word}}}`.")
            return word
        text = self._strings[word.lower()]
        self._room -= len(text)
        if self._room < 0:
            message = "Strings made of other strings become too long."
            raise _BrokenError(pos, message, "Write the text in its place.")
        return text

    def _end(self, pos: int, mark: str, start: int, name: str = "") -> int:
        """The end of a value that begins at ``pos``: ``mark``, outside of braces within it."""
        depth = 0
        for mark_match in (_BRACES if mark == "}" else _QUOTES).finditer(self._text, pos):
            if mark_match[0] == mark and depth <= 0:
                return mark_match.end()
            if mark_match[0] == "{":
                depth += 1
            elif mark_match[0] == "}":
                depth -= 1
            elif mark_match[0][0] not in '\\"':
                break
        subject = f"The value of `{name}`" if name else "What begins here"
        raise _BrokenError(start, f"{subject} is not closed.", f"Add a `{mark}` at its end.")


# --- latex text ------------------------------------------------------------------------------
# From LaTeX, as in BibTeX files, to marked text.

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331", "h": "\u0309",
}  # fmt: skip
_SYMBOLS = {
    "S": "§", "P": "¶", "pounds": "£", "copyright": "©", "textasciicircum": "^",
    "textunderscore": "_", "euro": "€", "textbar": "|", "textless": "<", "textgreater": ">",
    "glqq": "„", "grqq": "“", "flqq": "«", "frqq": "»", "LaTeX": "LaTeX", "TeX": "TeX",
    "quad": " ", "circ": "°", "bibrangedash": "–", "hyp": "-", "slash": "/",
}  # fmt: skip
"""Commands that pylatexenc does not know, or knows as something else."""
_GROUPS = {
    "emph": marks.ITALIC, "textit": marks.ITALIC, "textsl": marks.ITALIC,
    "mkbibemph": marks.ITALIC, "mkbibitalic": marks.ITALIC, "textbf": marks.BOLD,
    "mkbibbold": marks.BOLD, "textsc": marks.SMALL_CAPS, "textsuperscript": marks.SUPERSCRIPT,
    "mkbibsuperscript": marks.SUPERSCRIPT, "textsubscript": marks.SUBSCRIPT,
    "mkbibsubscript": marks.SUBSCRIPT, "enquote": marks.QUOTED, "mkbibquote": marks.QUOTED,
    "underline": marks.UNDERLINE, "textup": marks.UPRIGHT,
}  # fmt: skip
_SWITCHES = {"it": marks.ITALIC, "em": marks.ITALIC, "bf": marks.BOLD, "sc": marks.SMALL_CAPS}
_WITHOUT_TEXT = frozenset({"href", "textcolor", "foreignlanguage"})
"""Commands whose first argument is not shown."""

_TOKEN = late(r"\\([A-Za-z]+)\*?[ \t\n]*|\\(.)|(---?|``|''|[`'{}~$^_])|([^\\{}~$^_`'-]+|.)", re.S)
_LIGATURES = {
    "--": "–", "---": "—", "``": "“", "''": "”", "`": "‘", "'": "’", "~": "\u00a0",
}  # fmt: skip


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._pos = 0

    def next(self) -> re.Match[str] | None:
        if self._pos >= len(self._tokens):
            return None
        self._pos += 1
        return self._tokens[self._pos - 1]

    def peek(self) -> str:
        return self._tokens[self._pos][0] if self._pos < len(self._tokens) else ""


def to_text(latex: str, protects: bool = False) -> str:
    """Marked text; where braces protect capitals (``protects``), groups keep their case."""
    if not re.search(r"[\\{}~$`']|--", latex):
        return " ".join(latex.split())
    text = _group(_Tokens(latex), protects, 0).replace("\0", "")
    return re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", text)).strip()


def plain_text(latex: str) -> str:
    return marks.plain(to_text(latex))


MOST_GROUPS = 30
"""The maximum nesting of groups whose marks are kept."""


def _group(tokens: _Tokens, protects: bool, depth: int) -> str:
    """The text up to the brace that closes a group, or to the end."""
    parts: list[str] = []
    opened = 0
    in_math = False
    nested = 0
    while (token := tokens.next()) is not None:
        command, escaped, special, text = token.groups()
        if text is not None:
            parts.append(text)
        elif special == "{":
            if depth >= MOST_GROUPS:
                nested += 1
                continue
            name = tokens.peek().strip("\\ \t\n")
            is_letter = tokens.peek().startswith("\\") and not depth and name not in _SWITCHES
            inner = _group(tokens, protects and is_letter, depth + 1)
            keeps = protects and not is_letter
            parts.append(marks.group(marks.NO_CASE, inner) if keeps else inner)
        elif special == "}":
            if nested:
                nested -= 1
                continue
            if depth:
                break
        elif special == "$":
            in_math = not in_math
        elif special in ("^", "_"):
            if in_math:
                mark = marks.SUPERSCRIPT if special == "^" else marks.SUBSCRIPT
                parts.append(marks.group(mark, _argument(tokens, False, depth)))
            else:
                parts.append(special)
        elif special is not None:
            parts.append(_LIGATURES[special])
        elif escaped is not None:
            if escaped in _ACCENTS and escaped.strip():
                parts.append(_accent(_argument(tokens, False, depth), escaped))
            elif escaped not in "-/,;!":
                parts.append(escaped)
        elif command in _SWITCHES:
            parts.append(_SWITCHES[command])
            opened += 1
        else:
            parts.append(_command(command or "", tokens, protects, depth))
    return "".join(parts) + marks.CLOSE * opened


def _command(name: str, tokens: _Tokens, protects: bool, depth: int) -> str:
    if name in _ACCENTS:
        return _accent(_argument(tokens, False, depth), name)
    if name in _WITHOUT_TEXT:
        _argument(tokens, protects, depth)
        return _argument(tokens, protects, depth)
    if mark := _GROUPS.get(name):
        inner = _argument(tokens, protects, depth)
        # italics mark a name, or another language: E. coli, in vitro
        keeps = protects and mark == marks.ITALIC
        return marks.group(mark, marks.group(marks.NO_CASE, inner) if keeps else inner)
    is_followed = tokens.peek() == "{" and depth < MOST_GROUPS  # \ss{}
    return _symbol(name) + (_argument(tokens, protects, depth) if is_followed else "")


@functools.lru_cache(1000)
def _symbol(name: str) -> str:
    """The character for a command without arguments; "" if unknown."""
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(name)
    text = getattr(spec, "simplify_repl", None)
    if not isinstance(text, str) or re.search("%|<.", text):  # with arguments, or a description
        return ""
    return " ".join(text.split())


def _argument(tokens: _Tokens, protects: bool, depth: int) -> str:
    """The argument of a command: a group, a command, or one character."""
    token = tokens.next()
    if token is None:
        return ""
    command, escaped, special, text = token.groups()
    if special == "{":
        return _group(tokens, protects, depth + 1) if depth < MOST_GROUPS else ""
    if command is not None:
        return _symbol(command) if depth < MOST_GROUPS else ""
    if text is not None:
        stripped = text.lstrip()
        return stripped[:1] + "\0" + stripped[1:] if len(stripped) > 1 else stripped
    return escaped or special or ""


def _accent(argument: str, accent: str) -> str:
    """A letter with its accent; the rest of the same text follows it."""
    letter, _, rest = argument.partition("\0")
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    if not letter:
        return ""
    return unicodedata.normalize("NFC", letter[0] + _ACCENTS[accent]) + letter[1:] + rest


# --- bibtex names ----------------------------------------------------------------------------
# Names as BibTeX and BibLaTeX write them: ``First von Last``, ``von Last, Jr, First``.

_BETWEEN_NAMES = late(r"\s+and\s+", re.I)


def read_names(latex: str) -> tuple[Name, ...]:
    """The names of a list, without ``and others``: styles shorten lists themselves."""
    names = [_name(part) for part in _split(latex, _BETWEEN_NAMES) if part.strip()]
    return tuple(name for name in names if name and name.family.lower() != "others")


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """``text``, split outside braces."""
    parts, start, depth, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char in "{}":
            depth += 1 if char == "{" else -1
        elif not depth and (match := separator.match(text, at)):
            parts.append(text[start:at])
            start = at = match.end()
            continue
        at += 1
    return [*parts, text[start:]]


def _name(latex: str) -> Name | None:
    latex = latex.strip()
    if re.search(r"\bfamily\s*=", latex):
        return _read_extended(latex)
    if latex.startswith("{") and _split(latex, re.compile(r"\s+")) == [latex]:
        return Name(literal=plain_text(latex))
    parts = [part.strip() for part in _split(latex, re.compile(r"\s*[,،，]\s*"))]
    if len(parts) == 1:
        return _turn_names(parts[0])
    particle, family = _von(_words(parts[0]))
    suffix, given = (parts[1], parts[2]) if len(parts) > 2 else ("", parts[1])
    return _name_of(family, given, particle, suffix)


def _words(latex: str) -> list[str]:
    return [word for word in _split(latex, re.compile(r"[\s~]+")) if word]


def _turn_names(latex: str) -> Name | None:
    words = _words(latex)
    if not words:
        return None
    first = 0
    while first < len(words) - 1 and not _is_small(words[first]):
        first += 1
    if first == len(words) - 1:
        return _name_of(words[-1], " ".join(words[:-1]), "", "")
    particle, family = _von(words[first:])
    return _name_of(family, " ".join(words[:first]), particle, "")


def _von(words: list[str]) -> tuple[str, str]:
    """The particle and the family name: lower-case words precede the last words."""
    last = 0
    for at, word in enumerate(words[:-1]):
        if _is_small(word):
            last = at + 1
    if not words or not _is_small(words[0]):
        return "", " ".join(words)
    return " ".join(words[:last]), " ".join(words[last:])


def _is_small(word: str) -> bool:
    if word.startswith("{") and not word.startswith("{\\"):
        return False
    letters = [char for char in plain_text(word) if char.isalpha()]
    return bool(letters) and letters[0].islower()


def _name_of(family: str, given: str, particle: str, suffix: str) -> Name:
    return Name(
        family=plain_text(family),
        given=plain_text(given),
        non_dropping=plain_text(particle),
        suffix=plain_text(suffix),
    )


def _read_extended(latex: str) -> Name:
    """BibLaTeX's ``family=…, given=…, prefix=…``."""
    parts: dict[str, str] = {}
    for part in _split(latex, re.compile(r"\s*,\s*")):
        key, _, value = part.partition("=")
        parts[key.strip().lower()] = value.strip().strip('"')
    dropping = parts.get("useprefix", "").lower() == "false"
    particle = plain_text(parts.get("prefix", ""))
    return Name(
        family=plain_text(parts.get("family", "")),
        given=plain_text(parts.get("given", "")),
        suffix=plain_text(parts.get("suffix", "")),
        dropping=particle if dropping else "",
        non_dropping="" if dropping else particle,
    )


# --- from bibtex -----------------------------------------------------------------------------
# From BibTeX's and BibLaTeX's entries to references, as CSL has them.

_KINDS = {
    "article": "article-journal", "newspaper": "article-newspaper",
    "newspaperarticle": "article-newspaper", "magazine": "article-magazine", "artwork": "graphic",
    "audio": "song", "blog": "post-weblog", "bookinbook": "chapter", "booklet": "pamphlet",
    "collection": "book", "commentary": "legislation", "conference": "paper-conference",
    "constitution": "legislation", "convention": "treaty", "electronic": "webpage",
    "film": "motion_picture", "image": "graphic", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case", "law": "legislation", "lecture": "speech", "legal": "legislation",
    "letter": "personal_communication", "manual": "report", "mastersthesis": "thesis",
    "movie": "motion_picture", "music": "song", "mvbook": "book", "mvcollection": "book",
    "mvproceedings": "book", "mvreference": "book", "online": "webpage", "periodical": "periodical",
    "phdthesis": "thesis", "podcast": "broadcast", "presentation": "speech", "proceedings": "book",
    "reference": "book", "suppbook": "chapter", "suppcollection": "chapter",
    "suppperiodical": "article-journal", "techreport": "report", "unpublished": "manuscript",
    "video": "motion_picture", "website": "webpage", "www": "webpage", "misc": "document",
}  # fmt: skip
_GENRES = {
    "phdthesis": "phd_thesis",
    "mastersthesis": "masters_thesis",
    "mathesis": "masters_thesis",
}
"""Kinds of theses, and the words for them."""
_NAMES = {
    "author": "author", "editor": "editor", "translator": "translator",
    "bookauthor": "container-author", "director": "director", "interviewer": "interviewer",
    "interviewee": "author", "illustrator": "illustrator", "composer": "composer",
    "performer": "performer", "producer": "producer", "recipient": "recipient",
    "reviewedauthor": "reviewed-author", "serieseditor": "collection-editor", "guest": "guest",
    "host": "host", "compiler": "compiler", "chair": "chair", "narrator": "narrator",
    "scriptwriter": "script-writer", "contributor": "contributor",
}  # fmt: skip
_EDITOR_TYPES = {
    "compiler": "compiler", "director": "director", "producer": "producer",
    "interviewer": "interviewer", "translator": "translator", "organizer": "organizer",
}  # fmt: skip
_AND = late(r"(?<!\s)\s++and\s++|[{}]")
_VALUES = {
    "abstract": "abstract", "annote": "annote", "annotation": "annote", "isbn": "ISBN",
    "issn": "ISSN", "pmid": "PMID", "pmcid": "PMCID", "shorttitle": "title-short",
    "edition": "edition", "volume": "volume", "volumes": "number-of-volumes",
    "pagetotal": "number-of-pages", "chapter": "chapter-number", "version": "version",
    "venue": "event-place", "eventtitle": "event-title", "library": "call-number",
    "pubstate": "status", "origtitle": "original-title", "origpublisher": "original-publisher",
    "origlocation": "original-publisher-place", "part": "part-number", "medium": "medium",
    "jurisdiction": "jurisdiction", "authority": "authority", "section": "section",
    "references": "references", "scale": "scale", "dimensions": "dimensions",
    "archive": "archive", "archivelocation": "archive_location", "label": "citation-label",
    "shortjournal": "container-title-short", "source": "source",
}  # fmt: skip
_DATES = {
    "urldate": "accessed", "eventdate": "event-date", "origdate": "original-date",
    "submitted": "submitted",
}  # fmt: skip
_WITH_ISSUES = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_WITH_COLLECTION_NUMBERS = frozenset({"book", "chapter", "paper-conference", "pamphlet"})
_ARTICLES = {"newspaper": "article-newspaper", "magazine": "article-magazine"}

Word = Callable[[str], str]
"""Gives a word that is put on the page, by its key, in the document's language."""


def to_reference(entry: BibtexEntry, file: str, word: Word) -> Reference:
    fields = entry.fields
    language = language_code(plain_text(fields.get("langid") or fields.get("language", "")))
    kind = _kind(entry)
    is_known = entry.kind in _KINDS or entry.kind in CSL_KINDS
    values = _values(fields, kind, entry, word)
    for variable, title in _titles(fields, kind).items():
        if title:
            text = to_text(title, protects=True)
            is_own = variable in ("title", "volume-title") or "booktitle" in fields
            lowers = is_own and variable != "collection-title" and language[:2] in ("", "en")
            values[variable] = sentence_case(text) if lowers else text
    names = _names(fields)
    dates = _dates(fields)
    return Reference(
        key=entry.key,
        kind=kind,
        values={
            **({"language": language} if language else {}),
            **{k: marks.value(v) if k not in _BARE else v for k, v in values.items() if v},
        },
        names={variable: people for variable, people in names.items() if people},
        dates=dates,
        span=Span(entry.place.line, entry.place.column, file=file),
        doubt=""
        if is_known
        else f"There is no entry type `@{entry.kind}`; the work gets the general format.",
    )


_BARE = frozenset({"URL", "DOI", "PMID", "PMCID", "ISBN", "ISSN"})
"""Fields that are not text, and are kept as they are."""


def _kind(entry: BibtexEntry) -> str:
    fields = entry.fields
    kind = _KINDS.get(entry.kind) or (entry.kind if entry.kind in CSL_KINDS else "document")
    subtype = plain_text(fields.get("entrysubtype", "")).lower()
    if kind == "article-journal":
        return _ARTICLES.get(subtype, kind)
    if subtype in CSL_KINDS or subtype in _KINDS:
        return _KINDS.get(subtype, subtype)
    if kind == "document" and _address(fields) and not fields.get("publisher"):
        return "webpage"
    return kind


def _titles(fields: Mapping[str, str], kind: str) -> dict[str, str]:
    """The titles by variable, still in LaTeX."""

    def join(title: str, subtitle: str, addition: str = "") -> str:
        text = fields.get(title, "").strip()
        if text and (below := fields.get(subtitle, "").strip()):
            text += below if text.endswith(("?", "!")) else f": {below}"
            text = text.replace("?" + below, "? " + below).replace("!" + below, "! " + below)
        if text and addition and fields.get(addition):
            text += f". {fields[addition].strip()}"
        return text

    journal = join("journaltitle", "journalsubtitle") or fields.get("journal", "")
    container = join("booktitle", "booksubtitle", "booktitleaddon") or journal
    title = join("title", "subtitle", "titleaddon")
    main = join("maintitle", "mainsubtitle")
    if main and kind == "book":
        return {"volume-title": title, "title": main}
    return {
        "title": title,
        "container-title": container or fields.get("websitetitle", "") or fields.get("website", ""),
        "collection-title": fields.get("series", "") or (main if kind == "chapter" else ""),
    }


def _values(fields: Mapping[str, str], kind: str, entry: BibtexEntry, word: Word) -> dict[str, str]:
    values = {v: to_text(fields[f], protects=True) for f, v in _VALUES.items() if f in fields}
    values["URL"] = _address(fields)
    values["DOI"] = re.sub(
        r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", _raw(fields.get("doi", ""))
    )
    if values["DOI"] and "doi.org/" in values["URL"]:
        values["URL"] = ""
    values["page"] = re.sub(r"(?<!\s)\s*+(?:--+|–|—)\s*+", "-", plain_text(fields.get("pages", "")))
    places = ("location", "address")
    values["publisher-place"] = next(
        (_read_name_list(fields[name]) for name in places if fields.get(name)), ""
    )
    houses = ("publisher", "institution", "school", "organization", "howpublished")
    published = [_read_name_list(fields[name]) for name in houses if fields.get(name)]
    values["publisher"] = next((p for p in published if "://" not in p), "")
    values["note"] = ". ".join(
        to_text(fields[name]) for name in ("note", "addendum") if fields.get(name)
    )
    if not values["URL"] and (match := re.search(r"https?://\S+", values["note"])):
        values["URL"], values["note"] = match[0].rstrip(".,"), ""
    number = to_text(fields.get("number") or fields.get("issue", ""))
    if kind in _WITH_ISSUES:
        values["issue"] = number
        values["number"] = to_text(fields.get("eid", "")) if not values["page"] else ""
    elif kind in _WITH_COLLECTION_NUMBERS:
        values["collection-number"] = number
    else:
        values["number"] = number
    genre = _GENRES.get(entry.kind, "")
    label = plain_text(fields.get("type", ""))
    values["genre"] = word(_GENRES[label]) if label in _GENRES else to_text(fields.get("type", ""))
    values["genre"] = values["genre"] or (word(genre) if genre else "")
    if fields.get("eprint"):
        _add_preprint(values, fields)
    return values


def _add_preprint(values: dict[str, str], fields: Mapping[str, str]) -> None:
    """The address of a work in an archive of preprints."""
    eprint = _raw(fields["eprint"])
    where = plain_text(fields.get("eprinttype") or fields.get("archiveprefix", "")).lower()
    starts = {
        "arxiv": "https://arxiv.org/abs/",
        "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
        "hdl": "https://hdl.handle.net/",
        "jstor": "https://www.jstor.org/stable/",
    }
    if where in starts and not values["URL"] and not values["DOI"]:
        values["URL"] = starts[where] + eprint


def _read_name_list(latex: str) -> str:
    """A list of places or publishers, separated by ``and``."""
    parts, depth, start = [], 0, 0
    for match in _AND.finditer(latex):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth <= 0 and match[0] not in "{}":
            parts.append(latex[start : match.start()])
            start = match.end()
    return "; ".join(to_text(part) for part in (*parts, latex[start:]))


def _raw(latex: str) -> str:
    """An address or an identifier, whose characters have no special meaning."""
    text = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1", latex.strip())
    text = re.sub(r"\\([_%&#$~{}])", r"\1", text).replace("{", "").replace("}", "")
    return re.sub(r"\s+", "", text)


def _address(fields: Mapping[str, str]) -> str:
    for name in ("url", "howpublished"):
        if "://" in fields.get(name, "") or (name == "url" and fields.get(name)):
            match = re.search(r"https?://\S+", _raw(fields[name]))
            return match[0] if match else _raw(fields[name])
    return ""


def _names(fields: Mapping[str, str]) -> dict[str, tuple[Name, ...]]:
    names: dict[str, tuple[Name, ...]] = {}
    for name, variable in _NAMES.items():
        if fields.get(name):
            if name == "editor":
                variable = _EDITOR_TYPES.get(fields.get("editortype", "").strip().lower(), variable)
            names.setdefault(variable, read_names(fields[name]))
    for letter in "abc":  # BibLaTeX's further editors, each with a role
        role = fields.get(f"editor{letter}type", "").strip().lower()
        if role in _EDITOR_TYPES and fields.get(f"editor{letter}"):
            names.setdefault(_EDITOR_TYPES[role], read_names(fields[f"editor{letter}"]))
    return names


def _dates(fields: Mapping[str, str]) -> dict[str, Date]:
    dates: dict[str, Date] = {}
    issued = edtf(plain_text(fields["date"])) if fields.get("date") else None
    if issued is None and fields.get("date"):
        issued = Date(literal=plain_text(fields["date"]))
    if issued is None:
        parts = (plain_text(fields.get(name, "")) for name in ("year", "month", "day"))
        issued = year_and_month(*parts)
    if issued is not None:
        dates["issued"] = issued
    for name, variable in _DATES.items():
        if fields.get(name) and (date := edtf(plain_text(fields[name]))):
            dates[variable] = date
    return dates


_SMALL = frozenset(
    "a an and as at but by for from in into nor of off on onto or over per so than the to up via"
    " with vs about after against among before between during through under upon without".split()
)
_BEGINS = late(r"[:?!.]\s")
"""Characters after which a sentence begins."""

_WORD = late(r"[^\W\d_][\w'’]*")

_LANGUAGES = {
    "american": "en-US", "british": "en-GB", "ukenglish": "en-GB", "usenglish": "en-US",
    "ngerman": "de", "austrian": "de-AT", "naustrian": "de-AT", "norsk": "nb", "norwegian": "nb",
    "portuges": "pt", "brazil": "pt-BR", "brazilian": "pt-BR",
}  # fmt: skip


def language_code(name: str) -> str:
    """The tag of a language by its name in LaTeX, or the tag that is written; else ""."""
    name = name.strip()
    if tag := _LANGUAGES.get(name.lower()) or tags_by_name().get(name.lower()):
        return tag
    return name.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([-_]\w+)*", name) else ""


def sentence_case(title: str) -> str:
    """An English title in title case in sentence case, but for braces: styles can restore it."""
    if not _is_headline(title):
        return title
    lowered = forms.outside(title, lambda part: _WORD.sub(lambda m: _lower(m[0]), part))

    def recase(match: re.Match[str]) -> str:
        was_small = title[match.end() - 1 : match.end()].islower()  # as in “Proc. of”
        begins = not match.start() or (_BEGINS.search(match[0]) and not was_small)
        return match[0].upper() if begins else match[0]

    return re.sub(r"^\W*+\w|(?<!\W)\W++\w", recase, lowered)


def _lower(word: str) -> str:
    return word.lower() if (len(word) == 1 and word != "I") or word[1:].islower() else word


def _is_headline(title: str) -> bool:
    """Return whether nearly all words that could be in lower case are capitalised. Two words are
    enough (“Food Chains”), but a single one after a small word may be a name (“Slavery in Qatar”).
    """
    words = _WORD.findall(marks.plain(title))
    telling = [w for w in words[1:] if w.lower() not in _SMALL and not w.isupper() and len(w) > 3]
    capital = sum(1 for word in telling if word[0].isupper())
    least = 2 if any(word.lower() in _SMALL for word in words) else 1
    return len(telling) >= least and capital >= 0.75 * len(telling)
