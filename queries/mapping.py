"""The index definitions of a portal: contacts and stored list queries, generated in one place.

A percolator judges a document by its own mapping, so both indices take the fields that filters read from
here. All mappings are strict: a value that no field was made for is refused, never silently left unindexed.
Everything is valid in Elasticsearch 7.17 to 9 and OpenSearch 2 and 3.
"""

from typing import Any

from queries import fields
from queries.catalogue import Catalogue

Mapping = dict[str, Any]

QUERY = "query"
LIST_ID = "list_id"
REVISION = "revision"
READS = "reads"
SENTINEL = "sentinel"

FILTERED = (fields.KNOWN, fields.MARKS, *sorted({*fields.ENGINE_TYPES}))
"""The top-level fields of a document that filters read: all that a percolator needs to see."""

MAX_FIELDS = 10_000
"""Room for a few thousand properties; engines stop at 1,000 fields unless told otherwise."""

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
            **_filtered_fields(catalogue),
            fields.WORDS: _TOKEN,
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
            **_filtered_fields(catalogue),
        }
    )


def filtered_part(document: fields.Document) -> fields.Document:
    """Return the part of a contact document that filters read, which is what is percolated."""
    return {name: document[name] for name in FILTERED if name in document}


def _filtered_fields(catalogue: Catalogue) -> Mapping:
    """Terms need no length limit: 8,000 characters are at most 32,000 bytes, below Lucene's 32,766."""
    objects: dict[str, Mapping] = {kind: {} for kind in fields.ENGINE_TYPES}
    for definition in catalogue.definitions.values():
        for kind in _kinds(fields.kind(definition)):
            objects[kind][definition.name] = {"type": fields.ENGINE_TYPES[kind]}
    return {fields.KNOWN: _TERM, fields.MARKS: _TERM} | {
        kind: {"type": "object", "properties": properties} for kind, properties in objects.items()
    }


def _kinds(kind: str) -> tuple[str, ...]:
    return (kind, fields.EXACT_SET) if kind == "e" else (kind,)


def _strict(properties: Mapping) -> Mapping:
    return {"dynamic": "strict", "properties": properties}
