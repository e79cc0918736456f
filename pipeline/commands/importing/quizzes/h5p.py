"""H5P packages: question sets, and single questions of the kinds in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from pipeline.commands.importing.files import open_archive
from pipeline.commands.importing.quizzes.asked import (
    FEEDBACK,
    NONE_RIGHT,
    Asked,
    AskedGap,
    Lost,
    Quiz,
    UnreadableQuizError,
    gap_mark,
    line_count,
)
from pipeline.model.late import late

DESCRIPTION, CONTENT = "h5p.json", "content/content.json"
SET = "H5P.QuestionSet"
TIPS = "The tips to gaps are left out."
_GAP = late(r"\*([^*\n]+)\*")
_PAIR = late(r"([^*]*\S) \*([^*]+)\*")
T = TypeVar("T")


class H5pPackage(msgspec.Struct, frozen=True, rename="camel"):
    """The description of a package."""

    title: str = ""
    language: str = ""
    main_library: str = ""


class H5pPart(msgspec.Struct, frozen=True, rename="camel"):
    """A question or a medium, which a library shows."""

    library: str = ""
    params: dict[str, Any] = {}
    metadata: dict[str, Any] = {}


class QuestionSet(msgspec.Struct, frozen=True):
    questions: tuple[H5pPart, ...] = ()


class OverallFeedback(msgspec.Struct, frozen=True):
    """Words to those who have so many points."""

    feedback: str = ""


class Medium(H5pPart, frozen=True):
    """The medium above a question; in older content, there is no ``type`` around it."""

    type: H5pPart | None = None


class ImageFile(msgspec.Struct, frozen=True):
    path: str = ""


class H5pImage(msgspec.Struct, frozen=True):
    """The parameters of an image."""

    file: ImageFile = ImageFile()
    alt: str = ""


class ScoredContent(msgspec.Struct, frozen=True, rename="camel"):
    """The parameters that all questions may have."""

    overall_feedback: tuple[OverallFeedback, ...] = ()
    media: Medium = Medium()


class ChosenAnswer(msgspec.Struct, frozen=True, rename="camel"):
    text: str = ""
    correct: bool = False
    tips_and_feedback: dict[str, str] = {}


class Behaviour(msgspec.Struct, frozen=True, rename="camel"):
    type: str = "auto"
    input_field_size: int | str = ""


class MultiChoice(ScoredContent, frozen=True):
    question: str = ""
    answers: tuple[ChosenAnswer, ...] = ()
    behaviour: Behaviour = Behaviour()


class TrueFalse(ScoredContent, frozen=True):
    question: str = ""
    correct: str | bool = "true"


class SingleChoice(msgspec.Struct, frozen=True):
    """A question whose first answer is right."""

    question: str = ""
    answers: tuple[str, ...] = ()


class SingleChoiceSet(ScoredContent, frozen=True):
    choices: tuple[SingleChoice, ...] = ()


class Blanks(ScoredContent, frozen=True):
    text: str = ""
    questions: tuple[str, ...] = ()


class DragText(ScoredContent, frozen=True, rename="camel"):
    task_description: str = ""
    text_field: str = ""
    distractors: str = ""


class Solution(msgspec.Struct, frozen=True):
    sample: str = ""


class Essay(ScoredContent, frozen=True, rename="camel"):
    task_description: str = ""
    keywords: tuple[Any, ...] = ()
    solution: Solution = Solution()
    behaviour: Behaviour = Behaviour()


def read(data: bytes) -> Quiz:
    """The questions of a package."""
    files = open_archive(data)
    package = _read_json(files, DESCRIPTION, H5pPackage)
    if package.main_library == SET:
        parts = _read_json(files, CONTENT, QuestionSet).questions
    else:
        parts = (H5pPart(package.main_library, _read_json(files, CONTENT, dict[str, Any])),)
    questions: list[Asked] = []
    lost: list[Lost] = []
    for number, part in enumerate(parts, start=1):
        place = f"{CONTENT}, question {number}"
        library = part.library.partition(" ")[0]
        kind = KINDS.get(library)
        if kind is None:
            lost.append(Lost(f"A question of the type `{library}` is left out.", file=place))
            continue
        messages: list[str] = []
        try:
            parameters = msgspec.convert(_drop_empty(part.params), kind, strict=False)
            common = _common(str(part.metadata.get("title", "")), parameters, messages)
        except msgspec.ValidationError as error:
            lost.append(Lost(f"The question is left out: {error}.", file=place))
            continue
        asked = [*_read_questions(parameters, common, messages)]
        if not all(question.is_answered for question in asked):
            messages.append(NONE_RIGHT)
        questions += asked
        lost += (Lost(message, file=place) for message in dict.fromkeys(messages))
    if not questions and lost:
        raise UnreadableQuizError(f"{lost[0].file}: {lost[0].message}")
    images = {name.removeprefix("content/"): content for name, content in files.items()}
    lang = "" if package.language == "und" else package.language
    return Quiz(package.title, tuple(questions), images, tuple(lost), lang)


def _read_json(files: Mapping[str, bytes], name: str, kind: type[T]) -> T:
    if name not in files:
        raise UnreadableQuizError(f"It is no H5P package, since it has no file {name}.")
    try:
        return msgspec.json.decode(files[name], type=kind, strict=False)
    except msgspec.DecodeError as error:
        raise UnreadableQuizError(f"{name}: {error}.") from None


def _drop_empty(value: Any) -> Any:
    """Parameters without what is empty: PHP writes ``[]`` for an object that is."""
    if isinstance(value, dict):
        return {key: _drop_empty(each) for key, each in value.items() if each not in (None, [])}
    return [_drop_empty(each) for each in value] if isinstance(value, list) else value


def _common(name: str, parameters: Any, messages: list[str]) -> Asked:
    """The name of a question, the image above it, and the feedback that everyone gets."""
    feedback = [each.feedback for each in parameters.overall_feedback if each.feedback]
    if len(feedback) > 1:
        messages.append(FEEDBACK)
    answer = feedback[0] if len(feedback) == 1 else ""
    medium = parameters.media.type or parameters.media
    prompt = ""
    if medium.library.startswith("H5P.Image "):
        image = msgspec.convert(medium.params, H5pImage)
        source, alt = (
            html.escape(text.partition("#tmp")[0]) for text in (image.file.path, image.alt)
        )
        prompt = f'<p><img src="{source}" alt="{alt}"></p>' if source else ""
    elif medium.library:
        messages.append(f"The medium of the type `{medium.library}` is left out.")
    return Asked(name, prompt, answer=answer)


def _read_questions(parameters: Any, common: Asked, messages: list[str]) -> Iterator[Asked]:
    """The questions that the parameters of a library are."""
    match parameters:
        case MultiChoice():
            choices = tuple((each.text, each.correct) for each in parameters.answers)
            right = sum(is_right for _, is_right in choices)
            several = parameters.behaviour.type == "multi" or right > 1
            if any(text for each in parameters.answers for text in each.tips_and_feedback.values()):
                messages.append(FEEDBACK)
            yield _prompt(common, parameters.question)._replace(choices=choices, several=several)
        case TrueFalse():
            is_true = parameters.correct in ("true", True)
            choices = (("True", is_true), ("False", not is_true))
            yield _prompt(common, parameters.question)._replace(choices=choices)
        case SingleChoiceSet():
            for each in parameters.choices:
                choices = tuple((text, at == 0) for at, text in enumerate(each.answers))
                yield _prompt(common, each.question)._replace(choices=choices)
                common = Asked(common.name, "")
        case Blanks():
            text, gaps = _with_gaps("".join(parameters.questions), messages)
            yield _prompt(common, f"{parameters.text}{text}")._replace(gaps=gaps)
        case DragText():
            yield _read_dragged(parameters, _prompt(common, parameters.task_description), messages)
        case Essay():
            if parameters.keywords:
                messages.append("The keywords that give points are left out.")
            lines = line_count(str(parameters.behaviour.input_field_size))
            answer = parameters.solution.sample
            yield _prompt(common, parameters.task_description)._replace(lines=lines, answer=answer)


def _prompt(common: Asked, prompt: str) -> Asked:
    return common._replace(prompt=f"{common.prompt}{prompt}")


def _with_gaps(text: str, messages: list[str]) -> tuple[str, tuple[AskedGap, ...]]:
    """A text with marks in place of its gaps (``*grey/gray:a tip*``), and these."""
    gaps: list[AskedGap] = []

    def mark(match: re.Match[str]) -> str:
        answers, _, tip = match[1].partition(":")
        if tip:
            messages.append(TIPS)
        texts = (html.unescape(text).strip() for text in answers.split("/"))
        gaps.append(AskedGap(tuple(filter(None, texts))))
        return gap_mark(len(gaps) - 1)

    return _GAP.sub(mark, text), tuple(gaps)


def _read_dragged(parameters: DragText, asked: Asked, messages: list[str]) -> Asked:
    """A text whose words are to be put in place: pairs if each line ends with one, an order if
    each has a number before it, or gaps."""
    lines = [*filter(None, map(str.strip, parameters.text_field.splitlines()))]
    extra = [word.strip() for word in _GAP.findall(parameters.distractors)]
    pairs = [match.groups() for match in map(_PAIR.fullmatch, lines) if match]
    if len(pairs) < len(lines):
        escaped = (line.replace("<", "&lt;") for line in lines)
        text, gaps = _with_gaps("".join(f"<p>{line}</p>" for line in escaped), messages)
        if extra:
            messages.append("The words that fit in no gap are left out.")
        return _prompt(asked, text)._replace(gaps=gaps)
    if any(":" in right for _, right in pairs):
        messages.append(TIPS)
    right = tuple(_escape(right.partition(":")[0].strip()) for _, right in pairs)
    if not extra and [left for left, _ in pairs] == [f"{n}." for n in range(1, len(pairs) + 1)]:
        return asked._replace(order=right)
    whole = zip((_escape(left) for left, _ in pairs), right, strict=True)
    return asked._replace(pairs=(*whole, *(("", _escape(word)) for word in extra)))


def _escape(text: str) -> str:
    """A text, which may be escaped already, as HTML."""
    return html.escape(html.unescape(text), quote=False)


KINDS: Mapping[str, type[ScoredContent]] = {
    "H5P.MultiChoice": MultiChoice,
    "H5P.TrueFalse": TrueFalse,
    "H5P.SingleChoiceSet": SingleChoiceSet,
    "H5P.Blanks": Blanks,
    "H5P.DragText": DragText,
    "H5P.Essay": Essay,
}
