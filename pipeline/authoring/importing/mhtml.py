"""Web pages that browsers save in one file with all their images (MHTML)."""

from __future__ import annotations

import email
import email.policy
import mimetypes
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from urllib.parse import urljoin

import lxml.html
from lxml.etree import ParserError, SubElement

from pipeline.authoring.importing.draft import Draft, unread
from pipeline.authoring.importing.html import decoded, of_page


def read_mhtml(path: Path, name: str) -> Draft:
    """The article of a page that is saved with its images."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    parts = [cast(EmailMessage, part) for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    try:
        root = lxml.html.document_fromstring(_text(pages[0]))
    except (IndexError, ParserError, ValueError):
        hint = "Save the page again in your browser, as MHTML or HTML."
        return unread("There is no web page in it.", name, hint)
    address = str(pages[0].get("Content-Location") or "")
    images: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for part in parts:
        suffix = mimetypes.guess_extension(part.get_content_type()) or ""
        data = part.get_payload(decode=True)
        if not part.get_content_type().startswith("image/") or not isinstance(data, bytes):
            continue
        stem = str(part.get("Content-Location") or "").rpartition("/")[2].partition("?")[0]
        own = f"{stem.partition('.')[0] or 'image'}-{len(images)}{suffix}"
        images[own] = data
        names[str(part.get("Content-Location") or "").strip()] = own
        names["cid:" + str(part.get("Content-ID") or "").strip(" <>")] = own
    for image in root.iter("img"):
        source = (image.get("src") or "").strip()
        found = names.get(source) or names.get(urljoin(address, source))
        if found:
            image.set("src", found)
    head = root.find("head")
    if head is not None and not root.xpath("//link[@rel='canonical']"):
        SubElement(head, "link", rel="canonical", href=address)
    made: str = lxml.html.tostring(root, encoding="unicode")
    return of_page(made, name, images.get)


def _text(page: EmailMessage) -> str:
    data = page.get_payload(decode=True)
    charset = page.get_content_charset() or ""
    if isinstance(data, bytes):
        try:
            return decoded(data.decode(charset or "utf-8"))
        except (LookupError, UnicodeDecodeError):
            return decoded(data)
    return ""
