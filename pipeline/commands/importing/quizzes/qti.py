"""QTI packages of versions 2.1, 2.2 and 3.0: https://www.imsglobal.org/question/.

Version 3.0 has the elements of 2.1 under other names (``qti-choice-interaction``). Here, they have
the same: in small letters, without hyphens.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from html import escape
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.article import drop
from pipeline.commands.importing.files import open_archive, parse_xml
from pipeline.commands.importing.quizzes.asked import (
    CHOICES,
    FEEDBACK,
    NONE_RIGHT,
    PARTS,
    Asked,
    AskedGap,
    Lost,
    Quiz,
    UnreadableQuizError,
    gap_mark,
    line_count,
    number,
    number_gap,
)

MANIFEST = "imsmanifest.xml"
NUMBERS = ("float", "integer")
NEVER = {
    "feedbackinline": FEEDBACK,
    "feedbackblock": FEEDBACK,
    "printedvariable": "A value that is drawn by chance is left out.",
    "templateinline": "A text that depends on chance is left out.",
    "templateblock": "A text that depends on chance is left out.",
}
"""The elements that are left out, each with what is said of it."""


def read(data: bytes) -> Quiz:
    """The questions of a package, in the order of its test if it has one."""
    files = open_archive(data)
    if MANIFEST not in files:
        raise UnreadableQuizError(f"It is no QTI package, since it has no file {MANIFEST}.")
    items: dict[str, Element] = {}
    places: dict[str, int] = {}
    lost: list[Lost] = []
    title = ""
    for resource in _parse(files, MANIFEST).iter("resource"):
        path = _address(MANIFEST, resource.get("href", ""))
        if not path.endswith(".xml"):
            continue
        try:
            root = _parse(files, path)
        except UnreadableQuizError as error:
            lost.append(Lost(str(error), file=path))
            continue
        if root.tag == "questestinterop":
            message = "It is in QTI 1, which is not read: export the questions as QTI 2.1."
            lost.append(Lost(message, file=path))
        elif root.tag == "assessmenttest":
            title = title or root.get("title", "")
            for reference in root.iter("assessmentitemref"):
                places.setdefault(_address(path, reference.get("href", "")), len(places))
        elif root.tag == "assessmentitem":
            items[path] = root
    if not items:
        message = f"{lost[0].file}: {lost[0].message}" if lost else "It has no questions."
        raise UnreadableQuizError(message)
    lost += (Lost("It is missing.", file=path) for path in places if path not in files)
    questions: list[Asked] = []
    for path in sorted(items, key=lambda path: places.get(path, len(places))):
        item = _Item(items[path], path)
        questions += item.questions()
        lost += (Lost(message, file=path) for message in dict.fromkeys(item.lost))
    lang = next((root.get("lang") or "" for root in items.values()), "")
    return Quiz(title, tuple(questions), files, tuple(lost), lang)


def _parse(files: Mapping[str, bytes], path: str) -> Element:
    """The root of a file, whose elements and attributes have simple names."""
    if path not in files:
        raise UnreadableQuizError("It is missing.")
    try:
        root = parse_xml(files[path])
    except etree.XMLSyntaxError as error:
        raise UnreadableQuizError(f"It is not valid XML: {error}.") from None
    for node in root.iter("*"):
        node.tag = _simple(node.tag)
        for key, value in [*node.attrib.items()]:
            del node.attrib[key]
            node.set(_simple(key), value)
    etree.cleanup_namespaces(root)
    return root


def _simple(name: str) -> str:
    return name.rpartition("}")[2].removeprefix("qti-").replace("-", "").lower()


def _address(base: str, href: str) -> str:
    """The path of a file in the package, which another one names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href)))


class _Item:
    """Reads a file of questions; `lost` are the messages about what is not read."""

    def __init__(self, root: Element, path: str) -> None:
        self.lost: list[str] = []
        self._root = root
        self._responses = {
            node.get("identifier"): node for node in root.iter("responsedeclaration")
        }
        for image in root.iter("img", "object"):
            source = image.get("src") or image.get("data") or ""
            if image.tag == "object":
                image.tag, alt = "img", "".join(image.itertext())
                image.set("alt", image.get("alt", alt))
            image.set("src", source if ":" in source else _address(path, source))

    def questions(self) -> Iterator[Asked]:
        """A question for each interaction, and one for all gaps. The text belongs to the first."""
        body = self._root.find("itembody")
        if body is None or self._root.find("templatedeclaration") is not None:
            self.lost.append("The question has no fixed text, and is left out.")
            return
        for node in self._root.iterfind("assessmentstimulusref"):
            self.lost.append(f"The text in “{node.get('href')}” is left out.")
        answer = f"{self._feedback()}{self._rubrics(body)}"
        for node in [*self._root.iter(*NEVER)]:
            self.lost.append(NEVER[node.tag])
            drop(node)
        gaps = [*self._gaps(body)]
        questions = [Asked("", "", gaps=tuple(gaps))] if gaps else []
        for node in [*body.iter("*")]:
            if node.tag in READERS:
                prompt = "".join(f"<p>{_html(each)}</p>" for each in node.iterfind("prompt"))
                questions.append(READERS[node.tag](self, node, Asked("", prompt)))
                drop(node)
            elif node.tag.endswith("interaction"):
                self.lost.append(f"A question of the type `{node.tag}` is left out.")
                drop(node)
        if not all(question.is_answered for question in questions):
            self.lost.append(NONE_RIGHT)
        points = self._points() / max(1, len(questions))
        title, text = self._root.get("title", ""), _html(body)
        name = "" if title == self._root.get("identifier") else title
        for question in questions:
            prompt = f"{text}{question.prompt}"
            yield question._replace(name=name, prompt=prompt, answer=answer, points=points)
            text = answer = ""

    def _feedback(self) -> str:
        """The feedback that is always shown after an answer; other feedback is lost."""
        shown = {
            node.get("identifier"): node.findtext("basevalue")
            or node.findtext("defaultvalue/value")
            for path in ("outcomedeclaration", "responseprocessing/setoutcomevalue")
            for node in self._root.iterfind(path)
        }
        texts: list[str] = []
        for node in self._root.iter("modalfeedback"):
            if shown.get(node.get("outcomeidentifier")) == node.get("identifier"):
                texts.append(_html(node))
            elif "".join(node.itertext()).strip():
                self.lost.append(FEEDBACK)
        return "".join(texts)

    def _rubrics(self, body: Element) -> str:
        """The texts for graders, taken out of a text; those for pupils stay."""
        texts: list[str] = []
        for node in [*body.iter("rubricblock")]:
            if "candidate" in node.get("view", ""):
                node.tag = "div"
            else:
                texts.append(_html(node))
                drop(node)
        return "".join(texts)

    def _points(self) -> float:
        outcomes = {node.get("identifier"): node for node in self._root.iter("outcomedeclaration")}
        most = outcomes["MAXSCORE"].findtext("defaultvalue/value") if "MAXSCORE" in outcomes else ""
        score = outcomes["SCORE"].get("normalmaximum") if "SCORE" in outcomes else ""
        return number(most or score, 1)

    # --- responses ---

    def _right(self, id: str | None) -> list[str]:
        """The right values of a response: those that are given as such, or all that give points."""
        node = self._responses.get(id)
        values = [] if node is None else node.iterfind("correctresponse/value")
        right = [" ".join((value.text or "").split()) for value in values]
        return right or [key for key, share in self._shares(id).items() if share > 0]

    def _shares(self, id: str | None) -> dict[str, float]:
        """The points that each value of a response gives."""
        node = self._responses.get(id)
        entries = [] if node is None else node.iterfind("mapping/mapentry")
        return {each.get("mapkey", ""): number(each.get("mappedvalue"), 0) for each in entries}

    # --- gaps ---

    def _gaps(self, body: Element) -> Iterator[AskedGap]:
        """The gaps of a text, in which marks take their places."""
        nodes = [*body.iter("textentryinteraction", "inlinechoiceinteraction", "gap")]
        gaps = [self._gap(node) for node in nodes]
        for count, node in enumerate(nodes):
            node.tail = f"{gap_mark(count)}{node.tail or ''}"
            drop(node)
        for node in [*body.iter("gaptext", "gapimg")]:
            drop(node)
        for node in body.iter("gapmatchinteraction"):
            node.tag = "div"
        return iter(gaps)

    def _gap(self, node: Element) -> AskedGap:
        id = node.get("responseidentifier")
        if node.tag == "textentryinteraction":
            response = self._responses.get(id)
            is_number = response is not None and response.get("basetype") in NUMBERS
            return self._number(id) if is_number else self._text(id)
        self.lost.append(CHOICES)
        if node.tag == "inlinechoiceinteraction":
            texts = {each.get("identifier"): _text(each) for each in node.iter("inlinechoice")}
            return AskedGap(tuple(texts[value] for value in self._right(id) if value in texts))
        around = next(node.iterancestors("gapmatchinteraction"), node)
        words = {each.get("identifier"): _text(each) for each in around.iter("gaptext")}
        pairs = map(str.split, self._right(around.get("responseidentifier")))
        place = node.get("identifier")
        return AskedGap(tuple(words[a] for a, *b in pairs if b == [place] and a in words))

    def _text(self, id: str | None) -> AskedGap:
        shares = self._shares(id)
        most = max(shares.values(), default=0)
        if any(0 < share < most for share in shares.values()):
            self.lost.append(PARTS)
        full = (text for text, share in shares.items() if share == most > 0)
        return AskedGap(tuple(dict.fromkeys((*self._right(id), *full))))

    def _number(self, id: str | None) -> AskedGap:
        """A number, which the processing of the response may compare with a tolerance."""
        values = self._right(id)
        if not values:
            return AskedGap(())
        for node in self._root.iter("equal"):
            variable = node.find("variable")
            if variable is not None and variable.get("identifier") == id:
                below, above = [*node.get("tolerance", "").split(), "", ""][:2]
                if node.get("tolerancemode") == "relative":
                    size = abs(number(values[0], 0)) / 100
                    below, above = (f"{number(each, 0) * size:g}" for each in (below, above))
                return number_gap(values[0], below, above)
        return AskedGap((values[0],))

    # --- tasks ---

    def choice(self, node: Element, asked: Asked) -> Asked:
        id = node.get("responseidentifier")
        right, response = self._right(id), self._responses.get(id)
        several = response is not None and response.get("cardinality") == "multiple"
        choices = tuple(
            (_html(each), each.get("identifier") in right) for each in node.iter("simplechoice")
        )
        nodes = enumerate(node.iter("simplechoice"))
        fixed = frozenset(number for number, each in nodes if each.get("fixed") == "true")
        return asked._replace(choices=choices, several=several, fixed=fixed)

    def order(self, node: Element, asked: Asked) -> Asked:
        texts = {each.get("identifier", ""): _html(each) for each in node.iter("simplechoice")}
        right = self._right(node.get("responseidentifier"))
        if sorted(right) != sorted(texts):
            self.lost.append("The right order is not given: it is that of the file.")
            right = [*texts]
        return asked._replace(order=tuple(texts[id] for id in right))

    def match(self, node: Element, asked: Asked) -> Asked:
        """Pairs of two sets, or of one (`associateInteraction`)."""
        sets = [*node.iter("simplematchset")] or [node, node]
        left, right = (
            {each.get("identifier"): _html(each) for each in side.iter("simpleassociablechoice")}
            for side in (sets[0], sets[-1])
        )
        values = map(str.split, self._right(node.get("responseidentifier")))
        pairs = [(a, b) for a, *rest in values for b in rest if a in left and b in right]
        used = {id for pair in pairs for id in pair}
        if not used >= left.keys():
            self.lost.append("What belongs to nothing on the left side is left out.")
        extra = [text for id, text in right.items() if id not in used | left.keys()]
        whole = tuple((left[a], right[b]) for a, b in pairs)
        return asked._replace(pairs=(*whole, *(("", text) for text in extra)))

    def long(self, node: Element, asked: Asked) -> Asked:
        return asked._replace(lines=line_count(node.get("expectedlines")))

    def drawing(self, node: Element, asked: Asked) -> Asked:
        return asked._replace(lines=0)


READERS: Mapping[str, Callable[[_Item, Element, Asked], Asked]] = {
    "choiceinteraction": _Item.choice,
    "orderinteraction": _Item.order,
    "matchinteraction": _Item.match,
    "associateinteraction": _Item.match,
    "extendedtextinteraction": _Item.long,
    "uploadinteraction": _Item.drawing,
    "drawinginteraction": _Item.drawing,
}


def _html(node: Element) -> str:
    """The content of an element."""
    parts = (etree.tostring(child, encoding="unicode", method="html") for child in node)
    return f"{escape(node.text or '', quote=False)}{''.join(parts)}"


def _text(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())
