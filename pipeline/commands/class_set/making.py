"""Makes the handouts of a class: each level and version is set once, and names and codes are put
on its pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from pipeline.commands.class_set.pupils import Pupil, read_list, shown_codes
from pipeline.driver import make
from pipeline.flow.steps import parse
from pipeline.flow.values import Options, has_errors, request_for
from pipeline.keep import keeping
from pipeline.model import Document, Variable
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS, STANDARD_PRINT, varied
from pipeline.model.faces import FACES
from pipeline.model.metadata import NamedText
from pipeline.model.rendered import Page, Pages, Style
from pipeline.model.tree import find
from pipeline.model.writing_systems import fonts_for
from pipeline.package import package
from pipeline.render.environment import environment, read_text
from pipeline.system.paths import shown_name
from pipeline.system.store import Store

if TYPE_CHECKING:
    import pikepdf

TEMPLATE, STYLE = "class/stamps.html.j2", "class/stamps.css"


class ClassSet(NamedTuple):
    """The PDF of a class, the list of who got what, and findings; there are no files if there are
    errors among these."""

    pdf: bytes
    listing: bytes
    pupils: int
    findings: tuple[Diagnostic, ...]


class _Kind(NamedTuple):
    """Pupils of one kind have the same handout: a level, a version, and values of variables."""

    level: str
    version: str
    variables: tuple[tuple[str, str], ...]


class _Stamp(NamedTuple):
    """The text on a page: a name and a code. A blank page has none."""

    name: str = ""
    code: str = ""


def class_set(source: Path, listed: Path, store: Store, templates: Path | None) -> ClassSet:
    """The handouts for the pupils on a list. Handouts with values of the list in their text are not
    kept in the ``store``. Raises `OSError` if the list cannot be read."""
    with keeping(store):
        document = parse(source)
    try:
        text = listed.read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = "The list is not written in UTF-8."
        wrong = diagnostic(Code.BAD_CLASS_LIST, message, source=shown_name(str(listed)))
        return ClassSet(b"", b"", 0, (wrong,))
    pupils, findings = read_list(text, shown_name(str(listed)), document.metadata)
    findings = (*document.diagnostics, *findings)
    if has_errors(findings):
        return ClassSet(b"", b"", 0, findings)
    used = {variable.name for variable in document.metadata.variables}
    used |= {node.name for _, node, _ in find(document, Variable)}
    kinds = [_kind(pupil, used) for pupil in pupils]
    handouts: dict[_Kind, bytes] = {}
    for kind in dict.fromkeys(kinds):
        handouts[kind], more = _handout(source, document, kind, store, templates)
        findings += more
    if has_errors(findings):
        return ClassSet(b"", b"", 0, findings)
    copies = [(pupil, handouts[kind]) for pupil, kind in zip(pupils, kinds, strict=True)]
    data, lengths = _assembled(copies, document)
    return ClassSet(data, _listing(pupils, lengths), len(pupils), tuple(dict.fromkeys(findings)))


def _kind(pupil: Pupil, used: Iterable[str]) -> _Kind:
    variables = tuple((key, value) for key, value in pupil.columns.items() if key in used)
    return _Kind(pupil.level, pupil.version, variables)


def _handout(
    source: Path, document: Document, kind: _Kind, store: Store, templates: Path | None
) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """The handout for pupils of a kind, and findings about it."""
    metadata = document.metadata
    variables = {variable.name: variable for variable in metadata.variables}
    variables |= {name: NamedText(name, text) for name, text in kind.variables}
    personal = replace(document, metadata=replace(metadata, variables=tuple(variables.values())))
    request = request_for(source, personal, Options(templates=templates))
    edition = next(
        row
        for row in varied(EDITIONS[STANDARD_PRINT], metadata)
        if (row.level, row.version) == (kind.level, kind.version)
    )
    with keeping(None if kind.variables else store):
        (built,) = make(request, [edition])
    return built.package.data if built.package else b"", built.findings


def _assembled(
    copies: Sequence[tuple[Pupil, bytes]], document: Document
) -> tuple[bytes, tuple[int, ...]]:
    """The handouts one after the other, each beginning on a right page, with names and codes; and
    their numbers of pages. Structure for screen readers and links are left out: it is for paper."""
    import pikepdf

    codes = shown_codes(tuple(pupil for pupil, _ in copies))
    opened = {data: pikepdf.open(io.BytesIO(data)) for _, data in copies}
    stamps: list[_Stamp] = []
    result = pikepdf.Pdf.new()
    for (pupil, data), code in zip(copies, codes, strict=True):
        pages = opened[data].pages
        for number, page in enumerate(pages, start=1):
            result.pages.append(page)
            stamps.append(_Stamp(pupil.name, f"{code}-{number}"))
        if len(pages) % 2:
            result.add_blank_page(page_size=tuple(map(float, pages[0].mediabox[2:])))  # type: ignore[arg-type]
            stamps.append(_Stamp())
    width, height = (float(side) * 25.4 / 72 for side in result.pages[0].mediabox[2:])
    with pikepdf.open(io.BytesIO(_stamps(stamps, document, width, height))) as drawn:
        for page, stamp, drawing in zip(result.pages, stamps, drawn.pages, strict=True):
            for key in ("/StructParents", "/Annots", "/Tabs"):
                if key in page.obj:
                    del page.obj[key]
            if stamp.name:
                _put_on(page, result.copy_foreign(drawing.as_form_xobject()))
    result.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    result.Root.Lang = pikepdf.String(document.metadata.lang)
    result.docinfo["/Title"] = document.metadata.title
    out = io.BytesIO()
    result.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue(), tuple(len(opened[data].pages) for _, data in copies)


def _put_on(page: pikepdf.Page, stamp: pikepdf.Object) -> None:
    """Draw a stamp over a page, which shares everything else with other copies."""
    import pikepdf

    resources = pikepdf.Dictionary(dict(page.resources))
    drawings = resources.get("/XObject")
    resources["/XObject"] = pikepdf.Dictionary(dict(drawings) if drawings is not None else {})
    resources["/XObject"]["/Stamp"] = stamp
    page.obj["/Resources"] = resources
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ /Artifact BMC q /Stamp Do Q EMC\n")


def _stamps(stamps: Sequence[_Stamp], document: Document, width: float, height: float) -> bytes:
    """A PDF with the stamp of each page."""
    metadata, packaged = document.metadata, environment()
    markup = packaged.get_template(TEMPLATE).render(stamps=stamps, metadata=metadata)
    page = f"@page {{ size: {width:g}mm {height:g}mm; margin: 0 }} div {{ height: {height:g}mm }}"
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


def _listing(pupils: Sequence[Pupil], lengths: Sequence[int]) -> bytes:
    """Who got what, as CSV, by the codes on the pages."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("code", "name", "level", "version", "pages", "from_page"))
    page = 1
    for pupil, length, code in zip(pupils, lengths, shown_codes(tuple(pupils)), strict=True):
        writer.writerow((code, pupil.name, pupil.level, pupil.version, length, page))
        page += length + length % 2
    return out.getvalue().encode()
