"""Who had a part in it, as an ONIX record says it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from pipeline.catalog.elements import element
from pipeline.catalog.onix import codes
from pipeline.metadata import Contributor, Metadata

ORCID = "21"


def contributors(metadata: Metadata) -> Iterator[ET.Element]:
    """Authors and contributors in their order; or that there are none."""
    people = (*metadata.authors, *metadata.contributors)
    for number, person in enumerate(people, start=1):
        roles = dict.fromkeys(codes.ROLES.get(role, codes.OTHER_ROLE) for role in person.roles)
        yield element(
            "Contributor",
            element("SequenceNumber", str(number)),
            (element("ContributorRole", role) for role in roles),
            _orcid(person),
            _name(person, metadata),
        )
    if not people:
        yield element("NoContributor")


def _orcid(person: Contributor) -> ET.Element | None:
    if not person.orcid:
        return None
    return element(
        "NameIdentifier",
        element("NameIDType", ORCID),
        element("IDValue", person.orcid.replace("-", "")),
    )


def _name(person: Contributor, metadata: Metadata) -> list[ET.Element]:
    if person.kind == "organisation" or (not person.kind and person.name == metadata.publisher):
        return [element("CorporateName", person.name)]
    names = [element("PersonName", person.name)]
    if person.sort_name:
        names.append(element("PersonNameInverted", person.sort_name))
    return names
