"""The families of leaves, one module each, and the table that registers them by their v1 `filterFamily`."""

from collections.abc import Callable, Mapping
from typing import Any

from queries.context import FilterContext
from queries.leaves import membership, property
from queries.nodes import Leaf

FAMILIES: Mapping[str, Callable[[dict[str, Any], str, FilterContext], Leaf]] = {
    "PropertyValue": property.parse,
    "ListMembership": membership.parse,
}
DEFAULT_FAMILY = "PropertyValue"
