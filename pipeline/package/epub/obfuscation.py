"""Fonts that no program but a reading system can use: EPUB 3.3, font obfuscation.

It keeps nobody out who wants in. It is what the licences of some fonts ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

ALGORITHM = "http://www.idpf.org/2008/embedding"
FILE = "META-INF/encryption.xml"

COVERED = 1040
"""How many bytes of a font are changed."""


def obfuscated(font: bytes, identifier: str) -> bytes:
    """The font, its beginning combined with the publication's unique identifier; done once more,
    the font as it was."""
    key = hashlib.sha1(re.sub(r"[ \t\r\n]", "", identifier).encode()).digest()
    start = font[:COVERED]
    mixed = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(start))
    return mixed + font[COVERED:]


def encryption(paths: Iterable[str]) -> bytes:
    """The file that says which files are to be read so; their ``paths`` are from the root."""
    files = "".join(
        "<enc:EncryptedData>"
        f'<enc:EncryptionMethod Algorithm="{ALGORITHM}"/>'
        f"<enc:CipherData><enc:CipherReference URI={quoteattr(path)}/></enc:CipherData>"
        "</enc:EncryptedData>"
        for path in paths
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
        f' xmlns:enc="http://www.w3.org/2001/04/xmlenc#">{files}</encryption>\n'
    ).encode()
