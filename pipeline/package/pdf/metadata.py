"""The metadata of a PDF: language, information dictionary and XMP packet."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from pipeline.model.metadata import Identifier, Metadata
from pipeline.model.paper import Accessible, Archival, ForPress, Press, Standards
from pipeline.package.pdf.engine.adapter.objects import PDF, PRODUCER, Dictionary, Stream, String
from pipeline.package.result import publication_moment

CREATOR = "Chapbook"

PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">
{properties}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


ACCESSIBLE: dict[Accessible, str] = {
    "ua1": "<pdfuaid:part>1</pdfuaid:part>",
    "ua2": """\
<pdfuaid:part>2</pdfuaid:part>
<pdfuaid:rev>2024</pdfuaid:rev>
<pdfd:declarations xmlns:pdfd="http://pdfa.org/declarations/"><rdf:Bag>
<rdf:li rdf:parseType="Resource">
<pdfd:conformsTo>http://pdfa.org/declarations/wtpdf#accessibility1.0</pdfd:conformsTo>
</rdf:li>
<rdf:li rdf:parseType="Resource">
<pdfd:conformsTo>http://pdfa.org/declarations/wtpdf#reuse1.0</pdfd:conformsTo>
</rdf:li>
</rdf:Bag></pdfd:declarations>""",
}
"""The claims to be PDF/UA (ISO 14289-1 and -2); with the second go the declarations of
Well-Tagged PDF 1.0."""

A3A = """\
<pdfaid:part xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">3</pdfaid:part>
<pdfaid:conformance xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">A</pdfaid:conformance>
<pdfaExtension:schemas xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag>
</pdfaExtension:schemas>"""
"""The claim to be PDF/A-3a, with the schema of the claim to be PDF/UA (ISO 19005-3, 6.6.2.3)."""

A4F = """\
<pdfaid:part xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">4</pdfaid:part>
<pdfaid:rev xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">2020</pdfaid:rev>
<pdfaid:conformance xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">F</pdfaid:conformance>"""
"""The claim to be PDF/A-4f (ISO 19005-4)."""

ARCHIVAL: dict[Archival, str] = {"a3a": A3A, "a4f": A4F}

FOR_PRESS: dict[ForPress, str] = {
    "x4": """\
<pdfxid:GTS_PDFXVersion xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">PDF/X-4</pdfxid:GTS_PDFXVersion>
<pdf:Trapped>False</pdf:Trapped>
<xmpMM:DocumentID xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">uuid:{document}</xmpMM:DocumentID>
<xmpMM:RenditionClass xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">default</xmpMM:RenditionClass>
<xmpMM:VersionID xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">1</xmpMM:VersionID>
<xmp:MetadataDate>{changed}</xmp:MetadataDate>"""
}
"""The claim to be PDF/X-4 (ISO 15930-7), with the properties that it requires."""


def describe(pdf: PDF, metadata: Metadata, standards: Standards | None = None) -> None:
    """Write the metadata into a PDF that is complete but for it."""
    info = {
        "Title": metadata.title,
        "Author": ", ".join(author.name for author in metadata.authors),
        "Subject": metadata.description,
        "Keywords": ", ".join(metadata.keywords),
        "Creator": CREATOR,
        "Producer": PRODUCER,
        "CreationDate": _stamp(publication_moment(metadata.date)),
        "ModDate": _stamp(publication_moment(metadata.modified or metadata.date)),
    }
    pdf.info.clear()
    if standards and standards.press:
        pdf.info["Trapped"] = "/False"
    if standards is None or standards.archival != "a4f":
        pdf.info.update({key: String(value) for key, value in info.items() if value})
    packet = Stream([xmp(metadata, standards).encode()], {"Type": "/Metadata", "Subtype": "/XML"})
    pdf.add_object(packet)
    pdf.catalog["Metadata"] = packet.reference
    pdf.catalog["Lang"] = String(metadata.lang)
    pdf.catalog["ViewerPreferences"] = Dictionary({"DisplayDocTitle": "true"})


def xmp(metadata: Metadata, standards: Standards | None = None, *, related: str = "") -> str:
    """The XMP packet: Dublin Core, rights, and claims of conformance to ``standards``, if any.
    ``related`` is the name of another file with the same text."""
    iso = _iso(publication_moment(metadata.date))
    changed = publication_moment(metadata.modified or metadata.date)
    licence = metadata.licence
    rights = metadata.rights or (licence.name if licence else "")
    lines = (
        *([ACCESSIBLE[standards.accessible]] if standards and standards.accessible else ()),
        *([ARCHIVAL[standards.archival]] if standards and standards.archival else ()),
        _for_press(standards.press if standards else None, metadata, _iso(changed)),
        _plain("dc:format", "application/pdf"),
        _alternatives("dc:title", metadata.title, metadata.lang),
        _items("dc:creator", "Seq", (author.name for author in metadata.authors)),
        _items("dc:contributor", "Bag", (person.name for person in metadata.contributors)),
        _alternatives("dc:description", metadata.description, metadata.lang),
        _items("dc:subject", "Bag", _subjects(metadata)),
        _items("dc:publisher", "Bag", filter(None, [metadata.publisher])),
        _items("dc:date", "Seq", filter(None, [metadata.date])),
        _items("dc:language", "Bag", [metadata.lang, *metadata.languages]),
        _plain("dc:identifier", _identifier(metadata)),
        _items("dc:relation", "Bag", filter(None, [related])),
        _alternatives("dc:rights", rights, metadata.lang),
        _plain("xmpRights:WebStatement", licence.url if licence else ""),
        _plain("pdf:Keywords", ", ".join(metadata.keywords)),
        _plain("pdf:Producer", PRODUCER),
        _plain("xmp:CreatorTool", CREATOR),
        _plain("xmp:CreateDate", iso),
        _plain("xmp:ModifyDate", _iso(changed)),
    )
    return PACKET.format(properties="\n".join(line for line in lines if line))


def _for_press(press: Press | None, metadata: Metadata, changed: str) -> str:
    """The claim, with an identifier of this state of the document."""
    if press is None:
        return ""
    state = json.dumps([metadata.title, _identifier(metadata), metadata.version, changed])
    document = uuid.uuid5(uuid.NAMESPACE_URL, state)
    return FOR_PRESS[press.standard].format(document=document, changed=changed)


def _stamp(moment: datetime.datetime | None) -> str:
    return f"D:{moment.year:04}{moment:%m%d%H%M%S}Z" if moment else ""


def _iso(moment: datetime.datetime | None) -> str:
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}Z" if moment else ""


def _identifier(metadata: Metadata) -> str:
    """The PDF's own ISBN, or else that of all formats."""
    if metadata.isbns.pdf:
        return Identifier("isbn", metadata.isbns.pdf).uri
    return metadata.identifier.uri if metadata.identifier else ""


def _subjects(metadata: Metadata) -> tuple[str, ...]:
    """Headings of classifications that have a name, and keywords, each once."""
    named = (subject.name for subject in metadata.subjects if subject.name)
    return tuple(dict.fromkeys((*named, *metadata.keywords)))


def _plain(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _items(name: str, kind: str, values: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{escape(value)}</rdf:li>" for value in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>" if items else ""


def _alternatives(name: str, value: str, lang: str) -> str:
    """A text with its language. XMP wants a default, which comes first."""
    if not value:
        return ""
    text = escape(value)
    return (
        f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li>'
        f"<rdf:li xml:lang={quoteattr(lang)}>{text}</rdf:li></rdf:Alt></{name}>"
    )
