"""Contacts, documents and catalogues for tests of engines, as short as they can be said."""

from dataclasses import replace

from queries.catalogue import Catalogue, Definition, PropertyType
from queries.document import Snapshot, build_document
from queries.fields import Document

DEFINITIONS = (
    Definition("email", PropertyType.STRING),
    Definition("firstname", PropertyType.STRING),
    Definition("lastname", PropertyType.STRING),
    Definition("company", PropertyType.STRING),
    Definition("phone", PropertyType.STRING),
    Definition("employees", PropertyType.NUMBER),
    Definition("born", PropertyType.DATE),
    Definition("seen", PropertyType.DATETIME),
    Definition("vip", PropertyType.BOOL),
    Definition("stage", PropertyType.ENUMERATION, "checkbox", ("lead", "customer", "Other; one")),
)
CATALOGUE = Catalogue(1, {definition.name: definition for definition in DEFINITIONS})
PROPERTIES = CATALOGUE.definitions.keys()
NOBODY = Snapshot(
    vid=0,
    version=1,
    change=0,
    created_at=0,
    updated_at=0,
    origin=("API", "contact-upsert"),
    properties={},
    emails=(),
    marks=(),
)


def with_property(definition: Definition) -> Catalogue:
    """Return the next version of the catalogue, with one property more."""
    return Catalogue(CATALOGUE.version + 1, {**CATALOGUE.definitions, definition.name: definition})


def person(
    vid: int,
    *,
    version: int = 1,
    change: int | None = None,
    marks: tuple[str, ...] = (),
    catalogue: Catalogue = CATALOGUE,
    **properties: str,
) -> Document:
    """Return the document of a contact with these properties; its change number is its vid unless given."""
    emails = (properties["email"],) if "email" in properties else ()
    contact = replace(
        NOBODY,
        vid=vid,
        version=version,
        change=vid if change is None else change,
        properties=properties,
        emails=emails,
        marks=marks,
    )
    return build_document(contact, catalogue)
