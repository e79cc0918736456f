"""Makes the handouts of a class: each level and version is set once, and names and codes are put
on its pages."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from pipeline.commands.class_set.pupils import (
    WITHOUT_SPACE,
    Pupil,
    read_file,
    read_list,
    shown_codes,
)
from pipeline.driver import make, marked_for, rendered
from pipeline.flow.steps import parse
from pipeline.flow.values import Options, has_errors, request_for
from pipeline.keep import keeping
from pipeline.model import Document, Variable
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS, STANDARD_PRINT, Edition, varied
from pipeline.model.faces import FACES
from pipeline.model.late import late
from pipeline.model.metadata import NamedText
from pipeline.model.paper import POINT
from pipeline.model.rendered import Page, Pages, Style
from pipeline.model.sheet.proportions import options_for
from pipeline.model.tree import find
from pipeline.model.writing_systems import fonts_for, scripts
from pipeline.package import package
from pipeline.package.result import Package
from pipeline.render.environment import environment, read_text
from pipeline.system.paths import shown_name
from pipeline.system.store import Store

if TYPE_CHECKING:
    import pikepdf

TEMPLATE, STYLE = "class/stamps.html.j2", "class/stamps.css"


NAMES = (
    "handout", "letter", "large-print", "greyscale", "booklet", "2-up", "4-up", "teacher",
    "answers", "keys",
)  # fmt: skip
"""The editions that a class can get: those for pupils, each with a name, and those of the keys."""

AVERAGE = 0.52
"""The width of a letter of a name, in its size; one of Chinese is as wide as high."""

SMALLEST, USUAL = 4, 9
"""The smallest size of names, in points, and the usual one at the head of pages."""

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

LARGE = 250
"""The height in millimetres of pages with room for a code below their foot."""

SMALL = " div .code { bottom: auto; left: auto; top: 5mm; right: 8mm }"
"""The style for codes on smaller pages."""

_PAGE_NAME = late(r"/Page\d+")
_PLACED = late(r"([-\d. ]+) cm /Page(\d+) Do")
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
            handouts[kind], more = _handout(source, document, kind, edition, store, templates)
            findings += more
        if has_errors(findings):
            return ClassSet((), b"", 0, findings)
        if not is_of_pupils:
            files.append(ClassFile(edition.name, _joined(handouts.values())))
            continue
        line = _name_line(source, document, edition, templates)
        copies = [(pupil, handouts[kind].data) for pupil, kind in zip(pupils, kinds, strict=True)]
        files.append(ClassFile(edition.name, *_assembled(copies, document, line)))
    listing = _listing(pupils, files)
    return ClassSet(tuple(files), listing, len(pupils), tuple(dict.fromkeys(findings)))


def _kind(pupil: Pupil) -> _Kind:
    return _Kind(pupil.level, pupil.version, tuple(pupil.columns.items()))


def _handout(
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
    rows = varied(edition, metadata)
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
    row = replace(varied(edition, document.metadata)[0], fields=True)
    with keeping():
        pages = replace(rendered(request, row, marked_for(request, row)), edition="form")
        data = package(pages, source.parent).data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for field in page.get("/Annots", ()):
                if str(field.get("/T", "")) == "name":
                    left, bottom, right, top = map(float, field.Rect)
                    size = float(str(field.DA).split()[1])
                    return _Line(left, (bottom + top) / 2 - ABOVE_RULE * size, right - left, size)
    return None


def _joined(packages: Iterable[Package]) -> bytes:
    """The pages of several PDFs as one; of a single one, the same."""
    import pikepdf

    different = [*dict.fromkeys(package.data for package in packages)]
    if len(different) == 1:
        return different[0]
    result = pikepdf.Pdf.new()
    for data in different:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            result.pages.extend(pdf.pages)
    return _saved(result)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    import pikepdf

    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _assembled(
    copies: Sequence[tuple[Pupil, bytes]], document: Document, line: _Line | None
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
        styles = _style(pupil.name, line, width), _style(pupil.name, None, width)
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
    return _saved(result), tuple(len(opened[data].pages) for _, data in copies)


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


def _style(name: str, line: _Line | None, width: float) -> str:
    """The place of a name, in the name line or at the head of a page of a width in millimetres:
    on several lines where it is long, in smaller letters if these are too high."""
    left, bottom = (20.0, 13.0) if width > SMALL_PAGE else (7.0, 9.0)
    room, size = (width / 2 - left - HEAD_GAP) / POINT, float(USUAL)
    place, high = f"left:{left:g}mm;bottom:calc(100% - {bottom:g}mm)", (bottom - 2) / POINT
    if line:
        left, bottom = line.left * POINT, line.bottom * POINT + LIFTED
        place = f"left:{left:.2f}mm;bottom:{bottom:.2f}mm"
        room, size = line.width, line.size * 1.25
    letters = sum(1.0 if scripts(letter) & WITHOUT_SPACE else AVERAGE for letter in name)
    while size > SMALLEST and size > room / letters * 0.95:
        lines = math.ceil(letters * size * RAGGED / room)
        if size <= USUAL and lines * LEADING * size <= high:
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
    page += SMALL if height < LARGE else ""
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
