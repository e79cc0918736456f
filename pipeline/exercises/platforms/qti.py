"""QTI packages for Canvas, Blackboard, ILIAS, Inspera and others, in two versions.

Version 3.0 has the elements of 2.1 under other names, so its files are made from those of 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lxml import etree
from markupsafe import Markup, escape

from pipeline import model
from pipeline.exercises.platforms.questions import (
    Content,
    Quantity,
    Question,
    QuestionSheet,
    write_formula,
)
from pipeline.model.late import late
from pipeline.model.rendered import Page
from pipeline.package.bundle import write_archive

FOLDER = "images/"
_IMAGE = late(rf'src="{FOLDER}([^"]+)"')
_MATH = late(r"(<math\b[^<>]*>)(.*)(</math>)", re.DOTALL)
V2 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
LINES = 5
"""The lines of a field for a long answer where nothing says how many."""

MANIFESTS = {
    "qti": {
        "namespace": "http://www.imsglobal.org/xsd/imscp_v1p1",
        "schema": "QTIv2.1 Package",
        "schema_version": "1.0.0",
        "version": "v2p1",
    },
    "qti3": {
        "namespace": "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "schema": "QTI Package",
        "schema_version": "3.0.0",
        "version": "v3p0",
    },
}
HTML = frozenset(
    "p ol ul li em strong code pre a sub sup br img blockquote table thead tbody tr th td".split()
)
"""The elements of text, which have the same names in both versions."""


class Response(NamedTuple):
    """A response: its right values, and the points that each gives, or all, or a number."""

    id: str
    cardinality: str
    type: str
    right: tuple[str, ...] = ()
    shares: tuple[tuple[str, str], ...] = ()
    points: str = "1"
    equal: Quantity | None = None


class Labelled(NamedTuple):
    id: str
    markup: Markup
    is_fixed: bool = False


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The manifest, the test, and a file for each question."""
    manifest = MANIFESTS[sheet.edition.name]
    items: list[Page] = []
    for number, question in enumerate(questions, start=1):
        markup = _item(question, f"q{number}", sheet)
        items.append(Page(f"q{number}.xml", question.name, markup))
    ids = [page.name.removesuffix(".xml") for page in items]
    entries = [
        {"id": id, "images": tuple(dict.fromkeys(_IMAGE.findall(page.markup)))}
        for id, page in zip(ids, items, strict=True)
    ]
    notice = sheet.notice.replace("--", "–")
    listing = sheet.template("imsmanifest.xml", items=entries, notice=notice, **manifest)
    test = Page("test.xml", sheet.title, sheet.template("test.xml", title=sheet.title, ids=ids))
    files = (test, *items)
    if sheet.edition.name == "qti3":
        files = tuple(Page(file.name, file.title, rename_elements(file.markup)) for file in files)
    return (Page("imsmanifest.xml", sheet.title, listing), *files)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The package."""
    texts = {file.name: file.markup.encode() for file in files}
    return write_archive(texts | {f"{FOLDER}{name}": content for name, content in images.items()})


def _item(question: Question, id: str, sheet: QuestionSheet) -> str:
    points = float(question.points or 1)
    responses = tuple(_responses(question, points))
    gaps = [_entry(response.id) for response in responses]
    is_inside = question.kind == "gaps"
    answer = _html(question.answer, sheet)
    is_long = question.kind == "long"
    prompt = _html(question.prompt, sheet, gaps if is_inside else ())
    if question.gaps and not is_inside:
        prompt += Markup("<p>{}</p>").format(gaps[0])
    sides = (
        _label((left for left, _ in question.pairs), "L", sheet),
        _label((*(right for _, right in question.pairs), *question.extra), "R", sheet),
    )
    choices = tuple(
        Labelled(f"C{number}", _html(choice.content, sheet), choice.is_fixed)
        for number, choice in enumerate(question.choices, start=1)
    )
    return sheet.template(
        "item.xml",
        id=id,
        name=question.name,
        lang=sheet.metadata.lang,
        kind=question.kind,
        points=f"{points:g}",
        prompt=prompt,
        responses=responses,
        choices=choices or _label(question.order, "C", sheet),
        sides=sides,
        is_drawing=question.drawing,
        lines=question.lines or LINES,
        feedback="" if is_long else answer,
        solution=answer if is_long else "",
    )


def _entry(id: str) -> Markup:
    return Markup('<textEntryInteraction responseIdentifier="{}"/>').format(id)


def _html(content: Content, sheet: QuestionSheet, gaps: Iterable[str] = ()) -> Markup:
    return sheet.html(content, gaps, images=FOLDER, formula=_formula)


def _formula(node: model.Math | model.MathBlock) -> Markup:
    """A formula in MathML, which has its TeX with it; in TeX alone if it cannot be set."""
    match = _MATH.fullmatch(node.mathml)
    if match is None:
        return escape(write_formula(node))
    start, drawn, end = map(Markup, match.groups())
    tex = Markup('<annotation encoding="application/x-tex">{}</annotation>').format(node.tex)
    return Markup("{}<semantics>{}{}</semantics>{}").format(start, drawn, tex, end)


def _label(contents: Iterable[Content], prefix: str, sheet: QuestionSheet) -> tuple[Labelled, ...]:
    return tuple(
        Labelled(f"{prefix}{number}", _html(content, sheet))
        for number, content in enumerate(contents, start=1)
    )


def _responses(question: Question, points: float) -> Iterator[Response]:
    match question.kind:
        case "single" | "several":
            yield _choice_response(question, points)
        case "matching":
            pairs = tuple(
                f"L{number} R{number}" for number, _ in enumerate(question.pairs, start=1)
            )
            shares = tuple(zip(pairs, _share(points, len(pairs)), strict=True))
            yield Response("RESPONSE", "multiple", "directedPair", pairs, shares)
        case "ordering":
            order = tuple(f"C{number}" for number, _ in enumerate(question.order, start=1))
            yield Response("RESPONSE", "ordered", "identifier", order, points=f"{points:g}")
        case "long":
            yield Response("RESPONSE", "single", "file" if question.drawing else "string")
        case _:
            gaps = zip(question.gaps, _share(points, len(question.gaps)), strict=True)
            for number, (gap, share) in enumerate(gaps, start=1):
                id = "RESPONSE" if len(question.gaps) == 1 else f"RESPONSE{number}"
                if gap.number:
                    value, equal = (gap.number.value,), gap.number
                    yield Response(id, "single", "float", value, (), share, equal)
                else:
                    shares = tuple((text, share) for text in gap.accepted)
                    yield Response(id, "single", "string", gap.answers[:1], shares)


def _choice_response(question: Question, points: float) -> Response:
    """The response to choices: the wrong ones take away as much as the right ones give."""
    chosen = [(f"C{number}", c.is_right) for number, c in enumerate(question.choices, start=1)]
    right = tuple(id for id, is_right in chosen if is_right)
    wrong = [id for id, is_right in chosen if not is_right]
    shares = [*zip(right, _share(points, len(right)), strict=True)]
    if question.kind == "single":
        return Response("RESPONSE", "single", "identifier", right, tuple(shares))
    shares += zip(wrong, _share(-points, len(wrong)), strict=True)
    return Response("RESPONSE", "multiple", "identifier", right, tuple(sorted(shares)))


def _share(points: float, count: int) -> list[str]:
    """Points in so many parts; the last one gets what is left by rounding."""
    part = round(points / max(1, count), 6)
    return [f"{part:.6g}"] * (count - 1) + [f"{points - part * (count - 1):.6g}"] * bool(count)


# --- version 3.0 --------------------------------------------------------------------------------

_CAPITAL = late(r"[A-Z]")


def rename_elements(markup: str) -> str:
    """A file of version 2.1 as one of 3.0: its elements are called ``qti-…``, and names are in
    small letters with hyphens. What graders read says what it is for, and that they score."""
    root = etree.fromstring(markup.encode())
    ours = [node for node in root.iter(f"{{{V2}}}*") if etree.QName(node).localname not in HTML]
    for node in ours:
        name = etree.QName(node).localname
        node.tag = f"{{{V2}}}qti-{_hyphenate(name)}"
        for key, value in [*node.attrib.items()]:
            if not key.startswith("{"):
                del node.attrib[key]
                node.set(_hyphenate(key), value)
        if name in ("rubricBlock", "modalFeedback"):
            body = etree.Element(f"{{{V2}}}qti-content-body")
            body.text = node.text
            body.extend([*node])
            node.text = None
            node.append(body)
        if name == "rubricBlock":
            node.set("use", "scoring")
    if root.find("{*}qti-response-processing") is None:
        for score in root.iterfind("{*}qti-outcome-declaration[@identifier='SCORE']"):
            score.set("external-scored", "human")
    text = etree.tostring(root, encoding="unicode").replace(V2, V3, 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _hyphenate(name: str) -> str:
    return _CAPITAL.sub(lambda match: f"-{match[0].lower()}", name)
