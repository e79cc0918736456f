"""The handouts of a class, made from the list of its pupils."""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from pipeline.driver import make, mark_for, render_edition
from pipeline.flow.steps import parse
from pipeline.flow.values import Options, has_errors, request_for
from pipeline.keep import keeping
from pipeline.model import Document, Variable
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, STANDARD_PRINT, Edition, variations_of
from pipeline.model.faces import FACES
from pipeline.model.late import late
from pipeline.model.metadata import Metadata, NamedText
from pipeline.model.names import MISSPELT, did_you_mean, nearest
from pipeline.model.paper import POINT
from pipeline.model.rendered import Page, Pages, Style
from pipeline.model.sheet import options_for
from pipeline.model.tree import find
from pipeline.model.words import is_called, understood
from pipeline.model.writing_systems import fonts_for, scripts
from pipeline.package import package
from pipeline.package.result import Package
from pipeline.parser.constructs.fences import Cell, read_delimited
from pipeline.parser.files import read_any
from pipeline.parser.lines import number_lines
from pipeline.render.environment import environment, read_text
from pipeline.system.paths import shown_name
from pipeline.system.store import Store

if TYPE_CHECKING:
    import pikepdf


# --- pupils ----------------------------------------------------------------------------------
# The list of a class: a row for each pupil, with name, level, version, and variables, as schools
# export it.

MOST_PUPILS = 500
"""Pupils on a list."""

BEFORE_HEAD = 10
"""Lines of a list in which its columns may be named: programs write titles above them."""

NAME, SURNAME, FIRST_NAME, LEVEL, VERSION = (
    "name", "surname", "first name", "level", "version"
)  # fmt: skip
MEANINGS = {
    NAME: "pupil_column",
    SURNAME: "surname_column",
    FIRST_NAME: "first_name_column",
    LEVEL: "level_column",
    VERSION: "version_column",
}
"""The columns that are known, and the words for them in all languages."""

WITHOUT_SPACE = frozenset({"Hani", "Hang", "Hira", "Kana"})
"""The scripts in which the family's name is first, and no space after it."""

OLD_ENCODINGS = {
    "ar": "cp1256", "cs": "cp1250", "el": "cp1253", "he": "cp1255", "hu": "cp1250", "ja": "cp932",
    "ko": "cp949", "pl": "cp1250", "ru": "cp1251", "th": "cp874", "tr": "cp1254", "uk": "cp1251",
    "zh": "gb18030",
}  # fmt: skip
"""The encodings of lists from Windows, in languages in which it is not Windows-1252."""


class Pupil(NamedTuple):
    """A pupil, with the columns of the list by their names."""

    name: str
    level: str
    version: str
    columns: dict[str, str]


class ClassList(NamedTuple):
    pupils: tuple[Pupil, ...]
    findings: tuple[Diagnostic, ...]


def read_file(path: Path, file: str, lang: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of a list in the encoding of Unicode or of the language, and findings. Raises
    `OSError`."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), ()
    encoding = OLD_ENCODINGS.get(lang.split("-")[0])
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if not encoding:
            return read_any(path)
        message = f"The list is not written in UTF-8. It is read as {encoding.upper()}."
        span = Span(data.count(b"\n", 0, error.start) + 1)
        finding = diagnostic(Code.OLD_ENCODING, message, span=span, source=file)
        return data.decode(encoding, "replace"), (finding,)


def read_list(
    text: str, file: str, metadata: Metadata, variables: Collection[str] = ()
) -> ClassList:
    """The pupils in a CSV ``text``, in its order. Who has no level gets the first, and who has no
    version the next one, so that neighbours on the list have different ones. Other columns are
    those of ``variables`` of the text; who has nothing there gets what the front matter says."""
    first, delimiter = _head_of(text)
    lines = number_lines(text.replace("\r\n", "\n").replace("\r", "\n"))[first:]
    rows, mistakes = read_delimited(lines, delimiter)
    rows = tuple(row for row in rows if any(cell.text for cell in row))
    findings = [
        diagnostic(Code.BAD_DATA, each.message, span=each.span, source=file, hint=each.hint)
        for each in mistakes
    ]

    def tell(message: str, span: Span | None, hint: str = "") -> None:
        findings.append(diagnostic(Code.BAD_CLASS_LIST, message, span=span, source=file, hint=hint))

    places = _columns(rows[0]) if rows else {}
    if not places.keys() & {NAME, SURNAME, FIRST_NAME}:
        span = rows[0][0].span if rows else None
        hint = "Write the names of the columns in the first row: name, level, version."
        tell("The list has no column `name`.", span, hint)
        return ClassList((), tuple(findings))
    findings += _tell_unused(rows[0], places, variables, file)
    head = [cell.text for cell in rows[0]]
    known = {
        LEVEL: [level for level, _ in metadata.levels],
        VERSION: [version for version, _ in metadata.versions],
    }
    usual = {variable.name for variable in metadata.variables}
    personal = {name for key in head for name in (key, key.lower()) if name in variables} - usual
    pupils = []
    for number, row in enumerate(rows[1:]):
        cells = {key: row[at] for key, at in places.items() if at < len(row)}
        name = _name_in(cells)
        if not name:
            tell("A pupil has no name.", row[0].span)
        if len(row) > len(head) and any(cell.text for cell in row[len(head) :]):
            hint = "Put quotation marks around a text with a comma or a semicolon."
            tell("The row has more cells than there are columns.", row[len(head)].span, hint)
        chosen = {key: _choose(cells.get(key), names) for key, names in known.items()}
        for key, value in chosen.items():
            if value is None:
                cell, names = cells[key], known[key]
                hint = did_you_mean(cell.text, names) or f"There are {', '.join(names) or 'none'}."
                tell(f"The worksheet has no {key} `{cell.text}`.", cell.span, hint)
        versions = known[VERSION] or [""]
        version = chosen[VERSION] or versions[number % len(versions)]
        level = chosen[LEVEL] or next(iter(known[LEVEL]), "")
        texts = {key: cell.text for key, cell in zip(head, row, strict=False) if cell.text}
        own = {key: text for key, text in texts.items() if key in variables}
        own |= {key.lower(): text for key, text in texts.items() if key.lower() in variables}
        for key in sorted(personal - own.keys()):
            hint = "Fill the cell, or say in the front matter's `variables:` what others get."
            tell(f"A pupil has no `{key}`.", row[0].span, hint)
        pupils.append(Pupil(name, level, version, own))
    if not pupils:
        tell("There are no pupils on the list.", rows[0][0].span)
    if len(pupils) > MOST_PUPILS:
        tell(
            f"There are more than {MOST_PUPILS} pupils on the list.", rows[MOST_PUPILS + 1][0].span
        )
    return ClassList(tuple(pupils), tuple(findings))


def _head_of(text: str) -> tuple[int, str]:
    """The number of lines above the one that names the columns, and the delimiter of cells."""
    for number, line in enumerate(text.splitlines()[:BEFORE_HEAD]):
        for delimiter in [mark for mark in "\t;," if mark in line] or ["\t"]:
            rows = read_delimited(number_lines(line), delimiter).rows
            if rows and {NAME, SURNAME, FIRST_NAME} & _columns(rows[0]).keys():
                # Names in a single column may have commas.
                return number, delimiter if len(rows[0]) > 1 else "\t"
    return 0, ""


def _columns(head: Sequence[Cell]) -> dict[str, int]:
    """The places of the columns that are known, by what they are."""
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        meanings = (key for key, words in MEANINGS.items() if is_called(cell.text, words))
        if meaning := next((key for key in meanings if key not in places), ""):
            places[meaning] = at
    return places


def _name_in(cells: Mapping[str, Cell]) -> str:
    """The whole name of a pupil. A column `Name` beside one of first names has surnames, and beside
    one of surnames first names."""
    whole, last, first = (
        " ".join(cells[key].text.split()) if key in cells else ""
        for key in (NAME, SURNAME, FIRST_NAME)
    )
    if NAME in cells and FIRST_NAME in cells and SURNAME not in cells:
        last, whole = whole, ""
    elif NAME in cells and SURNAME in cells and FIRST_NAME not in cells:
        first, whole = whole, ""
    if whole:
        return whole
    if last and first and scripts(last + first) <= WITHOUT_SPACE:
        return last + first
    return " ".join(filter(None, (first, last)))


def _tell_unused(
    head: Sequence[Cell], places: Mapping[str, int], variables: Collection[str], file: str
) -> Iterator[Diagnostic]:
    """Findings about columns that are nothing known, and no variable: one for each that is almost
    one, and one for all others."""
    candidates = [*variables, *(word for words in MEANINGS.values() for word in understood(words))]
    others = []
    for at, cell in enumerate(head):
        is_known = {cell.text, cell.text.lower()} & {*variables}
        if at in places.values() or is_known or not cell.text:
            continue
        if any(cell.text == other.text for other in head[:at]):
            message = f"There are two columns `{cell.text}`: the second one is not used."
            yield diagnostic(Code.UNUSED_COLUMN, message, span=cell.span, source=file)
        elif meant := nearest(cell.text.lower(), candidates, MISSPELT):
            message = f"The column `{cell.text}` is not used."
            hint = f"Did you mean `{meant}`?"
            yield diagnostic(Code.UNUSED_COLUMN, message, span=cell.span, source=file, hint=hint)
        else:
            others.append(cell)
    if others:
        names = ", ".join(f"`{cell.text}`" for cell in others)
        message = f"The text has no variable for {names}, which changes nothing."
        hint = "Name a variable of the front matter, or leave the column."
        yield diagnostic(Code.UNUSED_COLUMN, message, span=others[0].span, source=file, hint=hint)


def _choose(cell: Cell | None, names: list[str]) -> str | None:
    """The one of some names that a cell has: "" if it is empty, and None for another one."""
    if cell is None or not cell.text:
        return ""
    written = {name.lower(): name for name in names}
    return written.get(cell.text.lower())


def shown_codes(pupils: tuple[Pupil, ...]) -> Iterator[str]:
    """The code of each pupil, which says nothing about them but their place on the list."""
    digits = len(str(len(pupils)))
    for number in range(1, len(pupils) + 1):
        yield f"{number:0{digits}}"


# --- handouts --------------------------------------------------------------------------------
# Makes the handouts of a class: each level and version is set once, and names and codes are put on
# its pages.

TEMPLATE, STYLE = "class/stamps.html.j2", "class/stamps.css"


NAMES = (
    "handout", "letter", "large-print", "greyscale", "booklet", "2-up", "4-up", "teacher",
    "answers", "keys",
)  # fmt: skip
"""The editions that a class can get: those for pupils, each with a name, and those of the keys."""

AVERAGE = 0.52
"""The width of a letter of a name, in its size; one of Chinese is as wide as high."""

SMALLEST_NAME, USUAL_NAME, LARGE_PRINT_NAME = 4, 9.0, 14.0
"""The smallest size of names, in points, and the usual ones at the head of pages, and of large
print."""

LEADING = 1.2
"""The distance of the lines of a name, in its size; they grow upwards."""

ABOVE_RULE = 0.57
"""The height of the middle of a field above its rule, in its size."""

HEAD_GAP, SMALL_PAGE = 10, 150
"""The distance of names at the head of pages from the middle, where the level is named, and the
width of pages on which they begin nearer to the edges, in millimetres."""

RAGGED = 1.2
"""The room that a name of several lines takes, since these end between words."""

LIFTED = 0.5
"""Millimetres between the rule of the name line and a name."""

HEIGHT_WITH_CODE_BELOW = 250
"""The height in millimetres of pages with room for a code below their foot."""

SMALL_PAGE_STYLE = " div .code { bottom: auto; left: auto; top: 5mm; right: 8mm }"
"""The style for codes on smaller pages."""

_PAGE_NAME = late(r"/Page\d+")
_PLACED = late(r"(?<![-\d. ])([-\d. ]+) cm /Page(\d+) Do")
"""A page on the sheet of an imposition."""


class ClassFile(NamedTuple):
    """A PDF of a class: the end of its name, what it holds, and its number of sheets' sides for
    each pupil, none in one for teachers."""

    edition: str
    data: bytes
    sides: tuple[int, ...] = ()


class ClassSet(NamedTuple):
    """The PDFs of a class, the list of who got what, and findings; there are no files if there are
    errors among these."""

    files: tuple[ClassFile, ...]
    listing: bytes
    pupils: int
    findings: tuple[Diagnostic, ...]


class _Kind(NamedTuple):
    """Pupils of one kind have the same handout: a level, a version, and values of variables."""

    level: str
    version: str
    variables: tuple[tuple[str, str], ...]


class _Line(NamedTuple):
    """The room for the name in the name line, in points from the left and below, and the size of
    the text."""

    left: float
    bottom: float
    width: float
    size: float


class _Stamp(NamedTuple):
    """The text on a page: a name and a code, and the style that puts the name in its place."""

    name: str
    code: str
    style: str


def class_set(
    source: Path, listed: Path, store: Store, templates: Path | None, names: Sequence[str] = ()
) -> ClassSet:
    """The handouts for the pupils on a list, in the editions with these ``names``. Handouts with
    values of the list in their text are not kept in the ``store``. Raises `OSError` if the list
    cannot be read."""
    with keeping(store):
        document = parse(source)
    metadata = document.metadata
    file = shown_name(str(listed))
    text, problems = read_file(listed, file, metadata.lang)
    used = {variable.name for variable in metadata.variables}
    used |= {node.name for _, node, _ in find(document, Variable)}
    findings = (*document.diagnostics, *problems)
    if has_errors(findings):
        return ClassSet((), b"", 0, findings)
    pupils, more = read_list(text, file, metadata, used)
    findings += more
    if has_errors(findings):
        return ClassSet((), b"", 0, findings)
    kinds = [_kind(pupil) for pupil in pupils]
    files: list[ClassFile] = []
    for edition in (EDITIONS[name] for name in names or (STANDARD_PRINT,)):
        is_of_pupils = edition.audience == "student"
        needed = kinds if is_of_pupils else [_Kind("", "", kind.variables) for kind in kinds]
        handouts: dict[_Kind, Package] = {}
        for kind in dict.fromkeys(needed):
            handouts[kind], more = build_handout(source, document, kind, edition, store, templates)
            findings += more
        if has_errors(findings):
            return ClassSet((), b"", 0, findings)
        if not is_of_pupils:
            files.append(ClassFile(edition.name, _join(handouts.values())))
            continue
        line = _name_line(source, document, edition, templates)
        copies = [(pupil, handouts[kind].data) for pupil, kind in zip(pupils, kinds, strict=True)]
        usual = LARGE_PRINT_NAME if edition.look == "large" else USUAL_NAME
        files.append(ClassFile(edition.name, *_assemble(copies, document, line, usual)))
    listing = _listing(pupils, files)
    return ClassSet(tuple(files), listing, len(pupils), tuple(dict.fromkeys(findings)))


def _kind(pupil: Pupil) -> _Kind:
    return _Kind(pupil.level, pupil.version, tuple(pupil.columns.items()))


def build_handout(
    source: Path,
    document: Document,
    kind: _Kind,
    edition: Edition,
    store: Store,
    templates: Path | None,
) -> tuple[Package, tuple[Diagnostic, ...]]:
    """The handout for pupils of a kind in an edition, and findings about it."""
    metadata = document.metadata
    variables = {variable.name: variable for variable in metadata.variables}
    variables |= {name: NamedText(name, text) for name, text in kind.variables}
    personal = replace(document, metadata=replace(metadata, variables=tuple(variables.values())))
    request = request_for(source, personal, Options(templates=templates))
    rows = variations_of(edition, metadata)
    wanted = (kind.level.lower(), kind.version)
    row = next((row for row in rows if (row.level, row.version) == wanted), rows[0])
    with keeping(None if kind.variables else store):
        (built,) = make(request, [row])
    return built.package or Package(b""), built.findings


def _name_line(
    source: Path, document: Document, edition: Edition, templates: Path | None
) -> _Line | None:
    """The room for the name on the first page, which is above the text: that of the field that a
    form without any text has there."""
    import pikepdf

    if "name" not in (options_for(edition, document.metadata).name_line or ()):
        return None
    bare = replace(document, blocks=(), notes=(), withheld=(), variants=(), text="")
    request = request_for(source, bare, Options(templates=templates))
    row = replace(variations_of(edition, document.metadata)[0], fields=True)
    with keeping():
        pages = replace(render_edition(request, row, mark_for(request, row)), edition="form")
        data = package(pages, source.parent).data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for field in page.get("/Annots", ()):
                if str(field.get("/T", "")) == "name":
                    left, bottom, right, top = map(float, field.Rect)
                    size = float(str(field.DA).split()[1])
                    return _Line(left, (bottom + top) / 2 - ABOVE_RULE * size, right - left, size)
    return None


def _join(packages: Iterable[Package]) -> bytes:
    """The pages of several PDFs as one; of a single one, the same."""
    import pikepdf

    different = [*dict.fromkeys(package.data for package in packages)]
    if len(different) == 1:
        return different[0]
    result = pikepdf.Pdf.new()
    for data in different:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            result.pages.extend(pdf.pages)
    return _save(result)


def _save(pdf: pikepdf.Pdf) -> bytes:
    import pikepdf

    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _assemble(
    copies: Sequence[tuple[Pupil, bytes]], document: Document, line: _Line | None, usual: float
) -> tuple[bytes, tuple[int, ...]]:
    """The handouts one after the other, each beginning on a sheet of its own, with names and codes;
    and their numbers of sides. Structure for screen readers and links are left out: it is for
    paper."""
    import pikepdf

    codes = shown_codes(tuple(pupil for pupil, _ in copies))
    opened = {data: pikepdf.open(io.BytesIO(data)) for _, data in copies}
    placed = {data: [_pages_on(side) for side in pdf.pages] for data, pdf in opened.items()}
    stamps: list[_Stamp] = []
    sides: list[tuple[int, Sequence[tuple[int, str]]]] = []  # the first stamp, and pages on a side
    result = pikepdf.Pdf.new()
    for (pupil, data), code in zip(copies, codes, strict=True):
        pages, first = opened[data].pages, len(stamps)
        count = max((number for side in placed[data] for number, _ in side), default=0)
        for number, (page, several) in enumerate(zip(pages, placed[data], strict=True), start=1):
            result.pages.append(page)
            sides.append((first, several or [(number, "")]))
        width = _page_size(pages[0])[0] * POINT
        styles = [_style(pupil.name, place, width, usual) for place in (line, None)]
        of_pages = range(1, (count or len(pages)) + 1)
        stamps += (_Stamp(pupil.name, f"{code}-{n}", styles[n > 1]) for n in of_pages)
        if len(pages) % 2:
            result.add_blank_page(page_size=tuple(map(float, pages[0].mediabox[2:])))  # type: ignore[arg-type]
            sides.append((first, ()))
    width, height = (float(side) * POINT for side in _page_size(result.pages[0]))
    with pikepdf.open(io.BytesIO(_stamps(stamps, document, width, height))) as drawn:
        drawings = [result.copy_foreign(page.as_form_xobject()) for page in drawn.pages]
        for page, (first, numbered) in zip(result.pages, sides, strict=True):
            for key in ("/StructParents", "/Annots", "/Tabs"):
                if key in page.obj:
                    del page.obj[key]
            if numbered:
                _put_on(page, [(drawings[first + n - 1], matrix) for n, matrix in numbered])
    result.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    result.Root.Lang = pikepdf.String(document.metadata.lang)
    result.docinfo["/Title"] = document.metadata.title
    return _save(result), tuple(len(opened[data].pages) for _, data in copies)


def _pages_on(side: pikepdf.Page) -> list[tuple[int, str]]:
    """The numbers of the pages on a side of an imposition, and the matrices that put them there;
    nothing for a page that is alone."""
    if not _forms(side):
        return []
    content = side.obj.Contents.read_bytes().decode("ascii", "replace")
    return [(int(match[2]), match[1].strip()) for match in _PLACED.finditer(content)]


def _forms(side: pikepdf.Page) -> list[Any]:
    """The pages on a side of an imposition, as forms."""
    drawings: Any = side.resources.get("/XObject", {})
    return [form for name, form in drawings.items() if _PAGE_NAME.fullmatch(str(name))]


def _page_size(side: pikepdf.Page) -> tuple[float, float]:
    """The size of a page, or of one of those on a side of an imposition."""
    boxes = [form.BBox for form in _forms(side)]
    left, bottom, right, top = map(float, boxes[0] if boxes else side.mediabox)
    return right - left, top - bottom


def _style(name: str, line: _Line | None, width: float, usual: float) -> str:
    """The place of a name, in the name line or at the head of a page of a width in millimetres:
    on several lines where it is long, in smaller letters if these are too high."""
    left, bottom = (20.0, 13.0) if width > SMALL_PAGE else (7.0, 9.0)
    room, size = (width / 2 - left - HEAD_GAP) / POINT, usual
    place, high = f"left:{left:g}mm;bottom:calc(100% - {bottom:g}mm)", (bottom - 2) / POINT
    if line:
        left, bottom = line.left * POINT, line.bottom * POINT + LIFTED
        place = f"left:{left:.2f}mm;bottom:{bottom:.2f}mm"
        room, size = line.width, line.size * 1.25
    letters = sum(1.0 if scripts(letter) & WITHOUT_SPACE else AVERAGE for letter in name)
    while size > SMALLEST_NAME and size > room / letters * 0.95:
        lines = math.ceil(letters * size * RAGGED / room)
        if size <= usual and lines * LEADING * size <= high:
            break
        size -= 0.5
    return f"{place};width:{room * POINT:.2f}mm;font-size:{size:.1f}pt"


def _put_on(page: pikepdf.Page, stamps: Iterable[tuple[pikepdf.Object, str]]) -> None:
    """Draw stamps over a page, which shares everything else with other copies."""
    import pikepdf

    resources = pikepdf.Dictionary(dict(page.resources))
    drawings = resources.get("/XObject")
    resources["/XObject"] = pikepdf.Dictionary(dict(drawings) if drawings is not None else {})
    content = ""
    for number, (stamp, matrix) in enumerate(stamps):
        resources["/XObject"][f"/Stamp{number}"] = stamp
        content += f" q {matrix} cm /Stamp{number} Do Q" if matrix else f" q /Stamp{number} Do Q"
    page.obj["/Resources"] = resources
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\nQ /Artifact BMC{content} EMC\n".encode("ascii"))


def _stamps(stamps: Sequence[_Stamp], document: Document, width: float, height: float) -> bytes:
    """A PDF with the stamp of each page."""
    metadata, packaged = document.metadata, environment()
    markup = packaged.get_template(TEMPLATE).render(stamps=stamps, metadata=metadata)
    page = f"@page {{ size: {width:g}mm {height:g}mm; margin: 0 }} div {{ height: {height:g}mm }}"
    page += SMALL_PAGE_STYLE if height < HEIGHT_WITH_CODE_BELOW else ""
    letters = "".join(stamp.name for stamp in stamps)
    pages = Pages(
        edition="letter",
        stem="class",
        metadata=metadata,
        pages=(Page("index.xhtml", metadata.title, markup),),
        styles=(Style("page.css", page), Style("stamps.css", read_text(packaged, STYLE))),
        faces=(*FACES, *(face for font in fonts_for(letters) for face in font.faces)),
    )
    with keeping():
        return package(pages, Path()).data


def _listing(pupils: Sequence[Pupil], files: Sequence[ClassFile]) -> bytes:
    """Who got what, as CSV, by the codes on the pages: the first page of each pupil in each PDF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    of_pupils = [file for file in files if file.sides]
    ends = [f"_{file.edition}" if len(of_pupils) > 1 else "" for file in of_pupils]
    places = (name for end in ends for name in (f"pages{end}", f"from_page{end}"))
    writer.writerow(("code", "name", "level", "version", *places))
    pages = [1] * len(of_pupils)
    for number, (pupil, code) in enumerate(zip(pupils, shown_codes(tuple(pupils)), strict=True)):
        row: list[object] = [code, pupil.name, pupil.level, pupil.version]
        for at, file in enumerate(of_pupils):
            length = file.sides[number]
            row += (length, pages[at])
            pages[at] += length + length % 2
        writer.writerow(row)
    return out.getvalue().encode()
