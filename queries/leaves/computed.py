"""Two names that v1 filters use in place of a property: they stand for properties that hold what they compute.

The spelling of the key is not told for sure (contract S4.3), so that both are read. Filters are echoed with the
property.
"""

from collections.abc import Mapping
from typing import Any

from queries.context import FilterContext
from queries.errors import UnsupportedFilter
from queries.leaves import property
from queries.nodes import Leaf

KEYS = ("computedProperty", "computed_property")
PROPERTIES: Mapping[str, str] = {
    "DATE_OF_LAST_FORM_SUBMISSION": "recent_conversion_date",
    "NUMBER_OF_FORMS_FILLED_OUT": "num_conversion_events",
}


def parse_v1(raw: dict[str, Any], path: str, context: FilterContext) -> Leaf:
    """Return the leaf of a PropertyValue filter object, its property computed or not; raises FilterError."""
    for key in KEYS:
        if raw.get(key) is not None:
            return property.parse_v1(_named(raw, key, path), path, context)
    return property.parse_v1(raw, path, context)


def _named(raw: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    computed = raw[key]
    if raw.get("property") is not None:
        raise UnsupportedFilter(f"{path}.{key}", computed, "property or a computed one, not both")
    if not isinstance(computed, str) or computed not in PROPERTIES:
        raise UnsupportedFilter(f"{path}.{key}", computed, ", ".join(PROPERTIES))
    return {**{name: value for name, value in raw.items() if name != key}, "property": PROPERTIES[computed]}
