"""Definitions and names of properties."""

import pytest

from queries.catalogue import Catalogue, Definition, PropertyType, valid_name

CITY = Definition("city", PropertyType.STRING)
TOPICS = Definition("topics", PropertyType.ENUMERATION, "checkbox", ("a", "b"))


def test_a_catalogue_finds_its_properties_by_name() -> None:
    catalogue = Catalogue(3, {"topics": TOPICS, "city": CITY})

    assert catalogue.get("city") is CITY
    assert catalogue.get("town") is None
    assert "topics" in catalogue
    assert "town" not in catalogue
    assert catalogue.names == ("city", "topics")


@pytest.mark.parametrize(
    ("definition", "multiple"),
    [
        (TOPICS, True),
        (Definition("topics", PropertyType.ENUMERATION, "radio", ("a", "b")), False),
        (Definition("topics", PropertyType.STRING, "checkbox"), False),
    ],
)
def test_only_checkboxes_of_an_enumeration_hold_several(definition: Definition, multiple: bool) -> None:
    assert definition.multiple is multiple


@pytest.mark.parametrize(
    ("definition", "closed"),
    [
        (TOPICS, True),
        (Definition("owner", PropertyType.ENUMERATION, "select"), False),
        (Definition("owner", PropertyType.ENUMERATION, "select", ("a",), external_options=True), False),
        (Definition("city", PropertyType.STRING, "text", ("a",)), False),
    ],
)
def test_only_an_enumeration_with_its_own_options_is_closed(definition: Definition, closed: bool) -> None:
    assert definition.closed is closed


@pytest.mark.parametrize("name", ["a", "firstname", "hs_analytics_source_data_1", "x" * 100])
def test_a_name_of_lowercase_letters_digits_and_underscores_is_valid(name: str) -> None:
    assert valid_name(name)


@pytest.mark.parametrize("name", ["", "1st", "_a", "First", "a-b", "a b", "a.b", "é", "a\n", "a٣", "x" * 101])
def test_any_other_name_is_not_valid(name: str) -> None:
    assert not valid_name(name)
