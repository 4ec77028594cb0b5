"""The index definitions of a portal: contacts and stored list queries, generated in one place.

A percolator judges a document by its own mapping, so both indices take the fields that filters read from
here. All mappings are strict: a value that no field was made for is refused, never silently left unindexed.
Everything is valid in Elasticsearch 7.17 to 9 and OpenSearch 2 and 3.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from queries import fields
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.grams import text_grams

Mapping = dict[str, Any]

KindsOf = Callable[[Definition], tuple[str, ...]]
"""Which objects hold something of a property."""

QUERY = "query"
LIST_ID = "list_id"
REVISION = "revision"
READS = "reads"
SENTINEL = "sentinel"

_SHARED: Mapping = {
    **dict.fromkeys((fields.KNOWN, fields.BLANK, fields.PAST, fields.MARKS), {"type": "keyword"}),
    fields.BUCKET: {"type": "long"},
    fields.TOKENS: {"type": "long"},
    fields.SENT: {"type": "keyword"},
    fields.SENT_AT: {"type": "long"},
    fields.IDENTIFIED: {"type": "boolean"},
    fields.WORDS: {"type": "keyword", "doc_values": False},
}
_OWN_KINDS = tuple(sorted((*fields.ENGINE_TYPES, fields.COUNT)))

FILTERED = (*_SHARED, *_OWN_KINDS, fields.HISTORY)
"""The top-level fields of a document that stored queries read; the clock and words are not asked of them."""

_PERCOLATED_ONLY = (fields.MISSING, fields.CLEARED, fields.GRAMS)

MAX_FIELDS = 10_000
"""Room for 1,500 properties, which have up to six fields; engines stop at 1,000 fields unless told otherwise."""

_TERM: Mapping = {"type": "keyword"}
_TOKEN: Mapping = {"type": "keyword", "doc_values": False}
_LONG: Mapping = {"type": "long"}
_SETTINGS: Mapping = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "mapping.total_fields.limit": MAX_FIELDS,
}


def contact_index(catalogue: Catalogue) -> Mapping:
    """Return settings and mappings of a contact index.

    A stated refresh interval also keeps an idle index refreshing: a contact is found within a second of
    being stored.
    """
    return {
        "settings": {"index": {**_SETTINGS, "refresh_interval": "500ms"}},
        "mappings": contact_mapping(catalogue),
    }


def list_index(catalogue: Catalogue) -> Mapping:
    """Return settings and mappings of a percolator index, one document a list."""
    return {
        "settings": {"index": {**_SETTINGS, "refresh_interval": "1s"}},
        "mappings": list_mapping(catalogue),
    }


def contact_mapping(catalogue: Catalogue) -> Mapping:
    """Return the mapping of contact documents (`queries.document`).

    Search tokens are whole keywords, since Python has already split the text; they are neither sorted nor
    counted by.
    """
    return _strict(
        {
            fields.VID: _LONG,
            fields.VERSION: _LONG,
            fields.CHANGE: _LONG,
            **_SHARED,
            **_value_fields(catalogue),
            **_objects(catalogue, _CONTACT_KINDS),
            fields.SUBMISSIONS: {"type": "object", "enabled": False},
            fields.STEMS: _TOKEN,
            fields.WHOLE: _TOKEN,
        }
    )


def list_mapping(catalogue: Catalogue) -> Mapping:
    """Return the mapping of stored list queries: the query, its list, and the fields queries may name."""
    return _strict(
        {
            QUERY: {"type": "percolator"},
            LIST_ID: _LONG,
            REVISION: _LONG,
            READS: _TERM,
            SENTINEL: {"type": "boolean"},
            **_SHARED,
            **_value_fields(catalogue),
            **dict.fromkeys(_PERCOLATED_ONLY, _TERM),
        }
    )


def filtered_part(document: fields.Document, read: AbstractSet[str]) -> fields.Document:
    """Return what is percolated: the part of a contact document that filters read, with terms for what is absent.

    Of the properties only those in `read` are in it, since an engine takes its time for whatever it is sent.
    """
    known = read & set(document[fields.KNOWN])
    past = {kind: _read_of(values, read) for kind, values in document.get(fields.HISTORY, {}).items()}
    return {
        **{name: document[name] for name in _SHARED if name in document},
        **{kind: _read_of(document[kind], read) for kind in _OWN_KINDS if kind in document},
        **({fields.HISTORY: past} if past else {}),
        fields.KNOWN: sorted(known),
        fields.MISSING: sorted(read - known),
        fields.CLEARED: [name for name in document.get(fields.CHANGED, ()) if name in read - known],
        fields.GRAMS: text_grams(document, read),
    }


def _read_of(values: Mapping, read: AbstractSet[str]) -> Mapping:
    return {name: value for name, value in values.items() if name in read}


def _value_fields(catalogue: Catalogue) -> Mapping:
    """Terms need no length limit: 8,000 characters are at most 32,000 bytes, below Lucene's 32,766."""
    own = _objects(catalogue, {**dict.fromkeys(fields.ENGINE_TYPES, fields.kinds), fields.COUNT: _counted})
    past = _objects(catalogue, dict.fromkeys(fields.ENGINE_TYPES, fields.kinds))
    return {**own, fields.HISTORY: {"type": "object", "properties": past}}


def _objects(catalogue: Catalogue, kinds: dict[str, KindsOf]) -> Mapping:
    """Return an object for each kind, with a field for each property that the kind holds."""
    return {
        kind: {
            "type": "object",
            "properties": {
                definition.name: {"type": fields.ENGINE_TYPES.get(kind, _DERIVED_TYPES.get(kind))}
                for definition in catalogue.definitions.values()
                if kind in kinds_of(definition)
            },
        }
        for kind, kinds_of in kinds.items()
    }


def _counted(definition: Definition) -> tuple[str, ...]:
    return (fields.COUNT,) if definition.multiple else ()


def _contact_kinds(definition: Definition) -> tuple[str, ...]:
    """Return the kinds that only contact documents have: change, month and day, words."""
    match definition.type:
        case PropertyType.STRING:
            return (fields.CHANGED, fields.TEXT_WORDS)
        case PropertyType.DATE | PropertyType.DATETIME:
            return (fields.CHANGED, fields.MONTH_DAY)
    return (fields.CHANGED,)


def _strict(properties: Mapping) -> Mapping:
    return {"dynamic": "strict", "properties": properties}


_DERIVED_TYPES = {
    fields.COUNT: "long",
    fields.CHANGED: "long",
    fields.MONTH_DAY: "long",
    fields.TEXT_WORDS: "keyword",
}
_CONTACT_KINDS: dict[str, KindsOf] = dict.fromkeys(
    (fields.CHANGED, fields.MONTH_DAY, fields.TEXT_WORDS), _contact_kinds
)
