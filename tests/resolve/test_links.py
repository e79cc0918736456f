"""Addresses: those that lead somewhere, and those that no edition may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import parse
from pipeline.model import Attributes, Emphasis, Link, Text
from pipeline.resolve.references import ON_THE_WEB, check_references
from tests.helpers import making
from tests.helpers.handmade import document, findings, paragraph, text
from tests.helpers.trees import nodes


@pytest.mark.parametrize(
    ("href", "code", "hint"),
    [
        ("#here", "", ""),
        ("#h%65re", "", ""),
        ("#hree", "unresolved-link", "Did you mean `#here`?"),
        ("#contents", "unresolved-link", "Not every edition has that: link to a heading."),
        ("", "unresolved-link", ""),
        ("https://a.org/#x", "", ""),
        ("mailto:a@b.org", "", ""),
        ("tel:+1", "", ""),
        ("//a.org", "unsafe-markup", "For a link to the web, write `https://a.org`."),
        (r"\\\\a\b", "unsafe-markup", ""),
        (r"/\\a/b", "unsafe-markup", ""),
        (
            "sub%20dir/File.txt?x#y",
            "local-link",
            "Put the file on the web, and link to its address.",
        ),
        ("sub%20dir/../map.png", "local-link", "Put the file on the web, and link to its address."),
        (
            "sub%20dir/file.txt",
            "unresolved-link",
            "The file is named `sub dir/File.txt`: capital letters count.",
        ),
        ("mpa.png", "unresolved-link", "Did you mean `map.png`?"),
        ("www.a.org", "unresolved-link", "For a link to the web, write `https://www.a.org`."),
        ("sub%20dir", "unresolved-link", ""),
        ("a%00b", "unresolved-link", ""),
        ("x" * 5000, "unresolved-link", ""),
        ("../secret.png", "outside-folder", ON_THE_WEB),
        ("sub%20dir/%2e%2e/../secret.png", "outside-folder", ON_THE_WEB),
        ("/etc/passwd", "outside-folder", ON_THE_WEB),
        ("out.png", "outside-folder", ON_THE_WEB),
        ("javascript:x()", "unsafe-markup", ""),
        (" Java\tScript:x()", "unsafe-markup", ""),
        ("data:text/html,x", "unsafe-markup", ""),
        ("file:///etc/passwd", "unsafe-markup", ""),
    ],
)
def test_links(folder: Path, href: str, code: str, hint: str) -> None:
    here = Text(text="x", attributes=Attributes(id="here"))
    link = Link(href=href, children=(Emphasis(children=text("go")),))
    found = check_references(document(paragraph(here, link, line=3)), folder)
    assert findings(found) == ([(code, 3)] if code else [])
    assert [d.hint for d in found.diagnostics] == ([hint] if code else [])
    assert bool(nodes(found, Link)) == (not code)
    assert nodes(found, Emphasis)
    assert all("%" not in link.href for link in nodes(found, Link) if link.href[:1] == "#")


ELSEWHERE = (
    "//host/share",
    "\\\\host\\x",
    "/\\host/x",
    "%5C%5Chost",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "smb://host/x",
    "../../etc/passwd",
)
HOLDERS = (
    "[a](<{}>)",
    "[a][r]\n\n[r]: <{}>",
    "<{}>",
    "![a](<{}>)",
    '![a](<{}> "A caption")',
    "[![a](<{}>)](<{}>)",
    '<a href="{}" ping="{}">a</a> <img src="{}" srcset="{} 2x" alt="a">',
    '<object data="{}">a</object> <video src="{}" poster="{}">a</video>',
    '<form action="{}"><button formaction="{}">a</button></form> <base href="{}">',
    '<p style="background: url({})">a</p>',
    '[a]{{href="{}" src="{}" style="background: url({})" action="{}"}}',
    '::: div {{style="background: url({})" background="{}"}}\na\n:::',
    "[a](<{}>){{.qr}}",
    "[[{}|a]] ![[{}]]",
    '```python {{file="{}"}}\n```',
    '```csv {{file="{}"}}\n```',
    '{{{{ include "{}" }}}}',
)
FRONT_HOLDERS = (
    "url: '{}'",
    "publisher: {{name: P, url: '{}'}}",
    "cover: '{}'",
    "brand: {{logo: '{}', alt: a}}",
    "bibliography: '{}'",
    "fonts: '{}'",
    "licence: {{name: L, url: '{}'}}",
    "translations: {{de: '{}'}}",
    "accessibility: {{certified_by: A, report: '{}'}}",
)


def loads(markup: str) -> list[str]:
    """The addresses that a page follows or shows, but for places in it and the page's own."""
    found = re.findall(
        r'\s(?:href|src|srcset|action|formaction|data|poster|ping)="([^"]*)"', markup
    )
    return [address for address in found if re.match(r"[/\\%]|\.\./\.\.|(?!https?:)\w+:", address)]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_place_takes_an_address_that_leads_elsewhere(address: str, tmp_path: Path) -> None:
    front = [holder.format(address) for holder in FRONT_HOLDERS]
    body = "\n\n".join(holder.format(*[address] * 4) for holder in HOLDERS)
    parsed = parse("\n".join(("---", *front, "title: T", "---", "", body)), folder=tmp_path)
    for name in ("web", "ebook"):
        document = making.resolved(parsed, name, tmp_path)
        told = {finding.line for finding in document.diagnostics}
        assert [key for line, key in enumerate(front, start=2) if line not in told] == []
        pages = making.rendered(document, "work").pages
        assert [address for page in pages for address in loads(page.markup)] == []
