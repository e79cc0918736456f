"""H5P question sets. Their libraries are named, and come from the platform."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from pipeline import model
from pipeline.exercises.platforms.questions import (
    Content,
    Gap,
    Question,
    QuestionSheet,
    without_images,
)
from pipeline.model.late import late
from pipeline.model.rendered import Page
from pipeline.model.tree import walk
from pipeline.package.bundle import write_archive

LIBRARIES = {
    "H5P.QuestionSet": "1.20",
    "H5P.MultiChoice": "1.16",
    "H5P.Blanks": "1.14",
    "H5P.DragText": "1.10",
    "H5P.Essay": "1.5",
    "H5P.Image": "1.1",
}
_SPECIAL = late(r"[*/:<>&]")
"""The characters with a meaning in gaps, or in HTML: H5P reads references after it has looked for
them."""

PLAIN = (model.List, model.Table, model.CodeBlock, model.BlockQuote)
"""The blocks whose elements most versions of the libraries take out of a text."""

PASSING_SHARE = 50
"""The share of points, in per cent, with which a set is passed."""

GAP = "\ufdd0"
"""Stands for a gap until it is filled."""

_IDS = uuid.UUID("8f0c3a52-7f6d-4d0c-9e36-3f1b1f0f5a40")


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The description of the package, and its content."""
    sets = [_entry(question, sheet) for question in questions]
    names = {"H5P.QuestionSet", *(entry["library"].split()[0] for entry in sets)}
    names |= {"H5P.Image"} if sheet.images else set()
    package = {
        "title": sheet.title,
        "language": sheet.metadata.lang or "und",
        "defaultLanguage": sheet.metadata.lang or "und",
        "mainLibrary": "H5P.QuestionSet",
        "embedTypes": ["div"],
        "license": "U",
        "preloadedDependencies": [_dependency(name) for name in LIBRARIES if name in names],
    }
    content = {
        "introPage": {"showIntroPage": False, "startButtonText": "", "introduction": ""},
        "progressType": "dots",
        "passPercentage": PASSING_SHARE,
        "questions": sets,
        "disableBackwardsNavigation": False,
        "randomQuestions": False,
        "endGame": {"showResultPage": True, "showSolutionButton": True, "showRetryButton": True},
        "override": {"checkButton": True},
    }
    files = {"h5p.json": package, "content/content.json": content}
    return tuple(Page(name, sheet.title, _json(value)) for name, value in files.items())


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The package."""
    texts = {file.name: file.markup.encode() for file in files}
    contents = {f"content/images/{name}": content for name, content in images.items()}
    return write_archive(texts | contents)


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


def _dependency(name: str) -> dict[str, object]:
    major, minor = map(int, LIBRARIES[name].split("."))
    return {"machineName": name, "majorVersion": major, "minorVersion": minor}


def _entry(question: Question, sheet: QuestionSheet) -> dict[str, Any]:
    """The entry of a question in the set."""
    library, write = KINDS[question.kind]
    parameters = write(question, sheet)
    shown = (question.prompt, *(choice.content for choice in question.choices))
    if any(isinstance(node, PLAIN) for content in shown for node in walk(content)):
        message = "H5P shows a list, a table, code or a quotation as its text alone, or may do so."
        sheet.tell(message, question.span)
    if question.answer and question.kind != "long":
        feedback = sheet.text(question.answer, question.span)
        parameters["overallFeedback"] = [{"from": 0, "to": 100, "feedback": feedback}]
    if media := _media(question, sheet):
        parameters["media"] = media
    return {
        "library": f"{library} {LIBRARIES[library]}",
        "params": parameters,
        "subContentId": str(uuid.uuid5(_IDS, question.name)),
        "metadata": {"contentType": library, "license": "U", "title": question.name},
    }


def _media(question: Question, sheet: QuestionSheet) -> dict[str, object]:
    """The first image of the prompt, which stands above the question."""
    images = [node for node in walk(question.prompt) if isinstance(node, model.Image)]
    if not _has_media(question) or not images or not (name := sheet.take_image(images[0])):
        return {}
    if len(images) > 1:
        sheet.tell("H5P has one image in a question: the others are left out.", question.span)
    image = images[0]
    file = {
        "path": f"images/{name}",
        "mime": sheet.media_type(image),
        "width": image.width,
        "height": image.height,
    }
    shown = {
        "library": f"H5P.Image {LIBRARIES['H5P.Image']}",
        "params": {"contentName": "Image", "file": file, "alt": image.alt},
        "subContentId": str(uuid.uuid5(_IDS, f"{question.name} image")),
        "metadata": {"contentType": "Image", "license": "U", "title": image.alt},
    }
    return {"type": shown, "disableImageZooming": False}


def _has_media(question: Question) -> bool:
    return question.kind not in ("matching", "ordering")


def _prompt_of(question: Question, sheet: QuestionSheet, *gaps: str) -> str:
    """The prompt, without images if there is another place for them."""
    prompt = without_images(question.prompt) if _has_media(question) else question.prompt
    return _html(prompt, question, sheet, *gaps)


def _html(content: Content, question: Question, sheet: QuestionSheet, *gaps: str) -> str:
    return str(sheet.html(content, gaps, images=None, span=question.span))


def _choices(question: Question, sheet: QuestionSheet) -> dict[str, Any]:
    answers = [
        {"text": _html(c.content, question, sheet), "correct": c.is_right} for c in question.choices
    ]
    behaviour = {
        "type": "single" if question.kind == "single" else "multi",
        "randomAnswers": question.is_shuffled,
    }
    asked = _prompt_of(question, sheet)
    return {"question": asked, "answers": answers, "behaviour": _usual(behaviour)}


def _usual(behaviour: Mapping[str, object]) -> dict[str, object]:
    return {"enableRetry": True, "enableSolutionsButton": True, **behaviour}


def _blanks(question: Question, sheet: QuestionSheet) -> dict[str, Any]:
    for gap in question.gaps:
        if gap.number and gap.number.tolerance != "0":
            message = f"H5P has no tolerance: only {gap.number.value} is right there."
            sheet.tell(message, question.span)
    gaps = [f"*{'/'.join(map(_plain, _right_texts(gap)))}*" for gap in question.gaps]
    behaviour = _usual({"caseSensitive": False, "separateLines": False})
    text, asked = _prompt_of(question, sheet), f"<p>{gaps[0]}</p>"
    if question.kind == "gaps":
        places = [GAP] * len(gaps)
        first, *parts = _prompt_of(question, sheet, *places).replace("*", "&#42;").split(GAP)
        filled = (f"{gap}{part}" for gap, part in zip(gaps, parts, strict=True))
        text, asked = "", "".join((first, *filled))
    return {"text": text, "questions": [asked], "behaviour": behaviour}


def _right_texts(gap: Gap) -> tuple[str, ...]:
    """The texts that are right; a number with a decimal point or comma, and either minus."""
    if not gap.number:
        return gap.accepted
    ways = [gap.number.value]
    for sign, other in ((".", ","), ("-", "−")):
        ways += [way.replace(sign, other) for way in ways if sign in way]
    return tuple(ways)


def _plain(text: str) -> str:
    """A text without a meaning in a gap."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)


def _pairs(question: Question, sheet: QuestionSheet) -> dict[str, Any]:
    def text(content: Content) -> str:
        return _plain(sheet.text(content, question.span))

    sides = [(text(left), text(right)) for left, right in question.pairs]
    sides += [(f"{n}.", text(each)) for n, each in enumerate(question.order, start=1)]
    extra = [text(each) for each in question.extra]
    return {
        "taskDescription": _prompt_of(question, sheet),
        "textField": "\n".join(f"{left} *{right}*" for left, right in sides),
        "distractors": "\n".join(f"*{text}*" for text in extra),
        "behaviour": _usual({"instantFeedback": False}),
    }


def _essay(question: Question, sheet: QuestionSheet) -> dict[str, Any]:
    sheet.tell("H5P scores long answers by keywords: without any, it has no points.", question.span)
    return {
        "taskDescription": _prompt_of(question, sheet),
        "keywords": [],
        "solution": {"introduction": "", "sample": _html(question.answer, question, sheet)},
        "behaviour": {"inputFieldSize": max(1, question.lines), "enableRetry": True},
    }


KINDS: dict[str, tuple[str, Callable[[Question, QuestionSheet], dict[str, Any]]]] = {
    **dict.fromkeys(("single", "several"), ("H5P.MultiChoice", _choices)),
    **dict.fromkeys(("gaps", "short", "number"), ("H5P.Blanks", _blanks)),
    **dict.fromkeys(("matching", "ordering"), ("H5P.DragText", _pairs)),
    "long": ("H5P.Essay", _essay),
}
"""The library for each kind of question, and the function that writes its parameters."""
