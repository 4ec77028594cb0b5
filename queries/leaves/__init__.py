"""The families of leaves, one module each, and the tables that register them.

A new family is a module with a `Leaf` and a `parse` function, and one line in KINDS; one more in FAMILIES where v1
can say it. Nothing else knows how many there are.
"""

from collections.abc import Callable, Mapping
from typing import Any

from queries.context import FilterContext
from queries.leaves import (
    anniversary,
    calendar,
    compare,
    computed,
    constant,
    count,
    day,
    form,
    fulltext,
    identity,
    imported,
    membership,
    presence,
    relative,
    sample,
    text,
    values,
)
from queries.nodes import Leaf

Parser = Callable[[dict[str, Any], str, FilterContext], Leaf]
"""Takes a filter object, the path that names it in errors, and what it may name; raises FilterError."""

KINDS: Mapping[str, Parser] = {
    values.KIND: values.parse,
    text.KIND: text.parse,
    presence.KIND: presence.parse,
    relative.KIND: relative.parse,
    calendar.KIND: calendar.parse,
    day.KIND: day.parse,
    anniversary.KIND: anniversary.parse,
    compare.KIND: compare.parse,
    count.KIND: count.parse,
    membership.KIND: membership.parse,
    sample.KIND: sample.parse,
    fulltext.KIND: fulltext.parse,
    identity.KIND: identity.parse,
    form.KIND: form.parse,
    imported.KIND: imported.parse,
    constant.KIND: constant.parse,
}
"""`kind` of a leaf in a filter tree -> its parser."""

FAMILIES: Mapping[str, Parser] = {
    "PropertyValue": computed.parse_v1,
    "ListMembership": membership.parse_v1,
    "FormSubmission": form.parse_v1,
    "Import": imported.parse_v1,
}
"""v1 `filterFamily` -> its parser."""

ALIASES = {"ContactProperty": "PropertyValue"}
DEFAULT_FAMILY = "PropertyValue"
