"""The content of questions as HTML that all platforms read, or as text without any markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import jinja2
from markupsafe import Markup

from pipeline import model
from pipeline.features.exercises.platforms.content import Portable
from pipeline.features.exercises.platforms.questions import Content, Question
from pipeline.model import Document, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import Edition
from pipeline.model.late import late
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import BLANK, children, walk
from pipeline.model.words import understood_in, words
from pipeline.resolve.findings import Findings

_CODE = late(r"((?<=<pre>).*?(?=</pre>))", re.DOTALL)

GLOSSARY = "glossary"
"""The name of blocks, and the role of sections, with terms."""

LOST = (model.Image, model.Table, model.CodeBlock)
"""The kinds of content that text without markup cannot hold."""


class QuestionSheet:
    """Writes the content of a document's questions for one platform. `images` are the names of the
    images that are needed."""

    def __init__(
        self,
        document: Document,
        findings: Findings,
        environment: jinja2.Environment,
        edition: Edition,
    ) -> None:
        self.metadata = document.metadata
        self.words = words(document.metadata.lang)
        self.images: set[str] = set()
        self._findings = findings
        self._environment = environment
        self.edition = edition
        self._document = document
        self._assets = {asset.path: asset for asset in document.assets}

    @property
    def title(self) -> str:
        """The title of the document, which pupils may see."""
        return self.metadata.title

    @property
    def notice(self) -> str:
        """The title with the words that the file is for teachers, who see it there alone."""
        return f"{self.title} ({self.words['edition_teacher']})"

    def tell(self, message: str, span: Span | None) -> None:
        """Report that something of a question has no place on the platform."""
        self._findings.add(Code.NOT_ON_PLATFORM, message, span)

    def tell_of_points(self, questions: Iterable[Question]) -> None:
        """Report that points have no place on the platform."""
        for question in questions:
            if question.points not in (0, 1):
                points = f"The {self.points(question)} points are left out"
                self.tell(f"{points}: there are none in {self.edition.platform}.", question.span)

    def template(self, file: str, /, **context: object) -> str:
        """A file of the platform's template folder."""
        return self._environment.get_template(f"{self.edition.format}/{file}.j2").render(context)

    def html(
        self,
        content: Content,
        gaps: Iterable[str] = (),
        *,
        images: str | None = "",
        formula: Callable[[model.Math | model.MathBlock], str | Markup] | None = None,
        span: Span | None = None,
    ) -> Markup:
        """Blocks as HTML, with this markup in place of each of its gaps. ``images`` is the folder
        of images, None for a platform that has none; a ``formula`` is in TeX if nothing else is
        given."""
        left = iter(gaps)
        module = self._environment.get_template("shared/question.html.j2").make_module(
            {
                "kind": lambda node: type(node).__name__,
                "formula": formula or written,
                "gap": lambda: next(left, BLANK),
                "image": lambda node: self._image(node, images, span),
            }
        )
        return Markup(module.blocks(content).strip())  # type: ignore[attr-defined]

    def _image(self, node: model.Image, folder: str | None, span: Span | None) -> str:
        """The address of an image, "" for one that is told to be left out."""
        if folder is None and (asset := self._assets.get(node.asset)):
            what = f"The image “{node.source}”" if asset.is_file else "A drawing"
            self.tell(f"{what} is left out: there is no place for it.", node.span or span)
        name = self.taken(node) if folder is not None else ""
        return f"{folder}{name}" if name else ""

    def taken(self, node: model.Image) -> str:
        """The name of an image, which is needed from now on; "" if it does not exist."""
        asset = self._assets.get(node.asset)
        self.images |= {asset.name} if asset else set()
        return asset.name if asset else ""

    def media_type(self, node: model.Image) -> str:
        asset = self._assets.get(node.asset)
        return asset.media_type if asset else ""

    @property
    def terms(self) -> Iterator[tuple[Content, Content]]:
        """The terms of glossaries that pupils have, with what they mean."""
        portable = Portable(self._document, self._findings)
        for holder in walk(rewrite(self._document.blocks, enter={model.Answer: lambda node: ()})):
            if GLOSSARY in (getattr(holder, "role", ""), getattr(holder, "name", "")):
                for node in walk(children(holder)):
                    if isinstance(node, model.DefinitionItem):
                        meaning = [block for blocks in node.definitions for block in blocks]
                        for term in node.terms:
                            named = (model.Paragraph(children=term),)
                            yield portable.content(named), portable.content(meaning)

    def text(self, content: Content, span: Span | None = None) -> str:
        """Blocks as one line of text, with formulas in TeX."""
        for node in walk(content):
            if isinstance(node, LOST):
                what = {model.Image: "An image", model.Table: "A table"}.get(type(node), "Code")
                self.tell(f"{what} is shown as its text alone: here is no markup.", span)
        return " ".join(" ".join(texts_of(content)).split())

    def answer_text(self, question: Question) -> str:
        """The right answer in one line, with gaps, pairs and positions one after another, and with
        all alternatives."""
        span = question.span
        right = [c.content for c in question.choices if c.is_right]
        parts = [self.text(content, span) for content in (*right, *question.order)]
        either = (*understood_in(self.metadata.lang, "alternative"), "/")[0]
        parts += (f" {either} ".join(gap.answers) for gap in question.gaps)
        for left, right_side in question.pairs:
            parts.append(f"{self.text(left, span)} – {self.text(right_side, span)}")
        return "; ".join(parts) or self.text(question.answer, span)

    def points(self, item: Question) -> str:
        """The points of a question as a decimal number."""
        return f"{float(item.points or 1):g}"


def written(node: model.Math | model.MathBlock) -> str:
    """A formula in TeX, between marks that MathJax knows."""
    shown = isinstance(node, model.MathBlock) or node.display
    return rf"\[{node.tex.strip()}\]" if shown else rf"\({node.tex.strip()}\)"


def texts_of(nodes: Iterable[Node]) -> Iterable[str]:
    """The text of each block, or cell."""
    for node in nodes:
        inlines = [child for child in children(node) if isinstance(child, model.Inline)]
        if isinstance(node, model.MathBlock):
            yield written(node)
        elif isinstance(node, model.CodeBlock):
            yield node.text
        elif inlines:
            yield "".join(map(_inline, inlines))
        else:
            yield from texts_of(children(node))


def _inline(node: Node) -> str:
    match node:
        case model.Text() | model.Code():
            return node.text
        case model.Image():
            return node.alt
        case model.Math():
            return written(node)
        case model.Blank():
            return BLANK
        case model.LineBreak():
            return " "
    return "".join(map(_inline, children(node)))


def one_line(markup: str) -> str:
    """HTML on a single line: line ends count in code alone."""
    parts = _CODE.split(str(markup))  # code is every other part
    parts[1::2] = (code.strip("\n").replace("\n", "&#10;") for code in parts[1::2])
    return "".join(part.replace("\n", " ") for part in parts)


def without_images(content: Content) -> Content:
    """Blocks without their images."""
    return rewrite(content, leave={model.Image: lambda node: ()})
