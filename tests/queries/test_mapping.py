"""The mappings that are generated from a catalogue."""

from collections.abc import Callable

import pytest

from queries import fields, mapping
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.document import Snapshot, build_document

VALUES = {
    PropertyType.STRING: "Ada",
    PropertyType.NUMBER: "12.5",
    PropertyType.BOOL: "true",
    PropertyType.DATE: "86400000",
    PropertyType.DATETIME: "1",
    PropertyType.ENUMERATION: "lead;customer",
}
FIELDS = {
    PropertyType.STRING: {"s": "keyword"},
    PropertyType.NUMBER: {"n": "double"},
    PropertyType.BOOL: {"e": "keyword", "x": "keyword"},
    PropertyType.DATE: {"d": "long"},
    PropertyType.DATETIME: {"d": "long"},
    PropertyType.ENUMERATION: {"e": "keyword", "x": "keyword"},
}
NAMED_BY_TYPE = Catalogue(1, {f"a_{type}": Definition(f"a_{type}", type) for type in PropertyType})
NAMED = NAMED_BY_TYPE.definitions.keys()


def document_of(values: dict[str, str], catalogue: Catalogue = NAMED_BY_TYPE) -> fields.Document:
    contact = Snapshot(1, 1, 1, 0, 0, ("API", "contact-upsert"), values, ("ada@x.org",), ("s:1",))
    return build_document(contact, catalogue)


def unmapped(document: fields.Document, properties: mapping.Mapping) -> list[str]:
    """Return the document's fields for which a mapping has no field."""
    missing = []
    for name, value in document.items():
        if name not in properties:
            missing.append(name)
        elif isinstance(value, dict):
            missing += [f"{name}.{inner}" for inner in unmapped(value, properties[name]["properties"])]
    return missing


@pytest.mark.parametrize("type", PropertyType)
def test_each_property_type_has_its_fields(type: PropertyType) -> None:
    properties = mapping.contact_mapping(NAMED_BY_TYPE)["properties"]
    name = f"a_{type}"
    made = {
        kind: properties[kind]["properties"][name]["type"]
        for kind in fields.ENGINE_TYPES
        if name in properties[kind]["properties"]
    }
    assert made == FIELDS[type]


def test_every_field_of_a_document_is_mapped() -> None:
    document = document_of({f"a_{type}": value for type, value in VALUES.items()})
    assert unmapped(document, mapping.contact_mapping(NAMED_BY_TYPE)["properties"]) == []


def test_every_field_that_is_percolated_is_mapped_beside_the_queries() -> None:
    document = mapping.filtered_part(document_of({f"a_{type}": value for type, value in VALUES.items()}), NAMED)
    own = {"known", "blank", "past", "marks", "bucket", "identified", "tokens", "words", "s", "n", "d", "e", "x"}
    assert document.keys() == own | {"missing", "cleared", "grams"}
    assert unmapped(document, mapping.list_mapping(NAMED_BY_TYPE)["properties"]) == []


def test_filters_read_the_same_fields_of_both_indices() -> None:
    contacts = mapping.contact_mapping(NAMED_BY_TYPE)["properties"]
    lists = mapping.list_mapping(NAMED_BY_TYPE)["properties"]
    assert {name: contacts[name] for name in mapping.FILTERED} == {name: lists[name] for name in mapping.FILTERED}


def test_a_document_without_values_percolates_with_terms_for_what_is_missing() -> None:
    part = mapping.filtered_part(document_of({}), NAMED)
    assert part["missing"] == sorted(NAMED)
    assert (part["known"], part["cleared"]) == ([], [])


def test_what_no_list_reads_is_not_percolated() -> None:
    values = {"a_number": "1", "a_string": "Bo", "a_bool": "true"}
    contact = Snapshot(1, 1, 1, 0, 0, ("API", ""), values, (), (), {}, {"a_string": ("Ada",)})
    part = mapping.filtered_part(build_document(contact, NAMED_BY_TYPE), {"a_number", "a_date"})
    assert {kind: part[kind] for kind in ("s", "n", "e", "x")} == {"s": {}, "n": {"a_number": 1.0}, "e": {}, "x": {}}
    assert (part["known"], part["missing"], part["grams"]) == (["a_number"], ["a_date"], [])
    assert part["h"] == {"s": {}}


def test_a_property_that_had_a_value_percolates_as_cleared() -> None:
    contact = Snapshot(1, 1, 1, 0, 0, ("API", ""), {}, (), (), {"a_string": 5}, {"a_string": ("Ada",)})
    document = build_document(contact, NAMED_BY_TYPE)
    assert (document["u"], document["h"], document["past"]) == (
        {"a_string": 5},
        {"s": {"a_string": ["ada"]}},
        ["a_string"],
    )
    assert mapping.filtered_part(document, NAMED)["cleared"] == ["a_string"]
    assert unmapped(document, mapping.contact_mapping(NAMED_BY_TYPE)["properties"]) == []


def test_traces_of_texts_are_bounded() -> None:
    document = document_of({"a_string": "".join(map(chr, range(0x4E00, 0x4E00 + 8_000)))})
    assert len(mapping.filtered_part(document, NAMED)["grams"]) <= 128


@pytest.mark.parametrize("index", [mapping.contact_index, mapping.list_index])
def test_a_field_that_nobody_planned_is_refused(index: Callable[[Catalogue], mapping.Mapping]) -> None:
    assert index(NAMED_BY_TYPE)["mappings"]["dynamic"] == "strict"


@pytest.mark.parametrize("index", [mapping.contact_index, mapping.list_index])
def test_no_term_is_silently_left_out_for_its_length(index: Callable[[Catalogue], mapping.Mapping]) -> None:
    assert "ignore_above" not in str(index(NAMED_BY_TYPE))
    assert fields.MAX_TEXT * len("𝄞".encode()) <= 32_766
