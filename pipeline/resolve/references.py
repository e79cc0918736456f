"""Links: their targets must exist, and must be safe to follow."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path, PurePath
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline.model import Document, Heading, Image, Link, Node, Section
from pipeline.model.codes import Code
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import find, ordinals, plain_text
from pipeline.resolve.findings import Findings
from pipeline.system.paths import Problem, locate, scheme

ON_THE_WEB = "Put the file on the web, and link to its address."
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_OF_EDITIONS = frozenset({"#contents", "#notes", "#footnotes"})


def check_references(document: Document, folder: Path) -> Document:
    """The document with its links checked against its own ids and the files in ``folder``.

    A link becomes plain text if its scheme is unsafe (UNSAFE_MARKUP), if it leads to a file, which
    outputs do not include (LOCAL_LINK), or if it leads nowhere (UNRESOLVED_LINK or OUTSIDE_FOLDER).
    A link to an included file leads to its place in the document, and one to an id prefers its own
    file. Ids are those of the finished output.
    """
    links = [(number, node.href, span) for number, node, span in find(document, Link)]
    if not links:
        return document
    findings, targets = Findings(document), _Targets(document)
    leads: dict[tuple[str, str], str | Problem] = {}
    led: dict[int, str | Problem] = {}
    for number, href, span in links:
        place = document.place(span)
        reference = (href, place.file if place else "")
        if reference not in leads:
            leads[reference] = targets.find(*reference) or _lead(href, folder)
        led[number] = lead = leads[reference]
        if isinstance(lead, Problem):
            hint = lead.hint
            if href.startswith("#") and href != "#":
                hint = hint or findings.did_you_mean(unquote(href[1:]), targets.ids, "#")
            findings.add(lead.code, lead.message, span, hint)

    def leave(link: Link, number: int) -> Node | tuple[Node, ...]:
        lead = led[number]
        if isinstance(lead, Problem):
            return link.children
        return replace(link, href=lead) if lead != link.href else link

    return findings.added_to(rewrite_document(document, leave={Link: leave}, context=ordinals()))


class _Targets:
    """The possible targets of links within a document: its ids, and its included files."""

    def __init__(self, document: Document) -> None:
        self.ids: dict[str, str] = {}
        self._like: dict[str, str] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._starts: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._source = PurePath(document.source)
        self._top = "#title"  # the templates use it
        for _, node, span in find(document, marked=True):
            name, place = node.attributes.id, document.place(span)
            if not name:
                continue
            file = place.file if place else ""
            self.ids[name] = file
            self._like.setdefault(_letters(name), f"#{name}")
            within = self._files.setdefault(file, {})
            within.setdefault(_letters(_unnumbered(node)), f"#{name}")
            within[_letters(name)] = f"#{name}"
            if isinstance(node, Section | Heading):
                self._starts.setdefault(file, f"#{name}")
            if isinstance(node, Section) and node.role == "titlepage":
                self._top = f"#{name}"
        for name in (document.metadata.title, "title", "top"):
            self._like.setdefault(_letters(name), self._top)

    def find(self, href: str, source: str) -> str | Problem | None:
        """The internal address of a link in the file ``source``, or its problem; None if it leads
        elsewhere. Differences in punctuation, as between GitHub's and Pandoc's ids, are
        tolerated."""
        path, _, fragment = href.partition("#")
        name = unquote(fragment).removeprefix("user-content-")
        if scheme(path) or not (path or name):
            return None
        if not path:
            home, like = self.ids.get(name), _letters(name) or name
            near = self._files.get(source, {}).get(like) if home != source else None
            return near or (self._like.get(like) if home is None else f"#{name}")
        file = self._file(posixpath.normpath(unquote(path)))
        if file == str(self._source):
            return self.find(f"#{fragment}", "") if name else self._top
        if not name:
            return self._starts.get(file)
        if file not in self._files:
            return None
        message = f"There is no id `{name}` in “{path}”."
        target = self._files[file].get(_letters(name))
        return target or Problem(Code.UNRESOLVED_LINK, message)

    def _file(self, path: str) -> str:
        """The file of the document that a path means: also as websites write it, from the root of
        the site, with another suffix or with none."""
        file = str(self._source.parent / path)
        if file in self._files or path == self._source.name:
            return file
        stem = str(self._source.parent / path.lstrip("/").removesuffix(".html"))
        names = (*self._files, str(self._source))
        self._stems = self._stems or {name.rpartition(".")[0]: name for name in names if name}
        return self._stems.get(stem, file)


def _unnumbered(node: Node) -> str:
    """An id without the number that distinguishes it from an equal heading."""
    name = node.attributes.id
    title = node.title if isinstance(node, Section) else getattr(node, "children", ())
    is_whole = isinstance(node, Section | Heading) and slug(plain_text(title)) == name
    return name if is_whole else re.sub(r"-\d+$", "", name)


def _letters(name: str) -> str:
    """An id without punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))


def drop_unsafe_addresses(document: Document) -> Document:
    """The document with links of unsafe schemes as text, and without such addresses of images."""

    def link(node: Link) -> Node | tuple[Node, ...]:
        return node.children if _is_unsafe(node.href) else node

    def image(node: Image) -> Node:
        return replace(node, source="") if _is_unsafe(node.source) else node

    return rewrite_document(document, leave={Link: link, Image: image})


def _is_unsafe(href: str) -> bool:
    return scheme(href) not in SAFE_SCHEMES | {""}


def _lead(href: str, folder: Path) -> str | Problem:
    """The target of a link that leads nowhere in the document, or its problem."""
    if scheme(href) == "//":
        return Problem(
            Code.UNSAFE_MARKUP,
            "A link that begins with the name of a computer leads to a network folder when the "
            "page is opened from a disk; only its text is kept.",
            f"For a link to the web, write `https:{href}`." if href.startswith("//") else "",
        )
    if _is_unsafe(href):
        return Problem(
            Code.UNSAFE_MARKUP,
            f"A link begins with `{scheme(href)}:`, which is not safe to follow; only its text is "
            "kept.",
        )
    if scheme(href):
        return href
    if href in ("", "#"):
        return Problem(Code.UNRESOLVED_LINK, "The link has no address; its text is kept.")
    if href.startswith("#"):
        message = f"Nothing in the document has the id `{unquote(href[1:])}`."
        hint = "Not every edition has that: link to a heading." if href in _OF_EDITIONS else ""
        return Problem(Code.UNRESOLVED_LINK, message, hint)
    located = locate(folder, href, Code.UNRESOLVED_LINK)
    if not isinstance(located, Problem):
        return Problem(
            Code.LOCAL_LINK,
            f"The link leads to “{unquote(href)}”, a file that outputs do not include;"
            " only its text is kept.",
            ON_THE_WEB,
        )
    if re.match(r"(www\.|[\w-]+\.(com|org|net|edu|gov|int|info)\b)", href):
        return located._replace(hint=f"For a link to the web, write `https://{href}`.")
    if located.code is Code.OUTSIDE_FOLDER:
        return located._replace(hint=ON_THE_WEB)
    return located
