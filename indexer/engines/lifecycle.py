"""Makes, names, promotes and removes the indices of a generation.

Only `create` ever makes an index (design rule 12): everything else goes through aliases and fails where one
is missing.
"""

from typing import Any

from elasticsearch import Elasticsearch

from indexer.engines.names import Place, all_indices, new_index
from queries import mapping
from queries.catalogue import Catalogue


def create(client: Elasticsearch, place: Place, catalogue: Catalogue) -> dict[str, str]:
    """Make the empty indices of a generation in place of any that were there; return index name -> uuid."""
    drop(client, place)
    _create_index(client, place.contacts, mapping.contact_index(catalogue))
    _create_index(client, place.lists, mapping.list_index(catalogue))
    return identities(client, place)


def drop(client: Elasticsearch, place: Place) -> None:
    """Remove every index that was made for a generation, each by its name: patterns may be forbidden."""
    found = _uuids(client, [*all_indices(place.contacts), *all_indices(place.lists)], missing_is_fine=True)
    if found:
        client.indices.delete(index=sorted(found), ignore_unavailable=True)


def identities(client: Elasticsearch, place: Place) -> dict[str, str]:
    """Return index name -> uuid of the indices behind a generation's aliases; raises where one is missing."""
    return _uuids(client, [place.contacts, place.lists], missing_is_fine=False)


def extend(client: Elasticsearch, place: Place, catalogue: Catalogue) -> None:
    """Add the catalogue's fields to both indices; fields are never changed or taken away."""
    client.indices.put_mapping(index=place.contacts, **mapping.contact_mapping(catalogue))
    client.indices.put_mapping(index=place.lists, **mapping.list_mapping(catalogue))


def promote(client: Elasticsearch, place: Place) -> None:
    """Move both reading aliases to a generation in one call."""
    actions = [action for alias, reader in place.readers.items() for action in _moves(client, alias, reader)]
    client.indices.update_aliases(actions=actions)


def _moves(client: Elasticsearch, alias: str, reader: str) -> list[dict[str, Any]]:
    (new,) = _uuids(client, [alias], missing_is_fine=False)
    old = _uuids(client, [reader], missing_is_fine=True).keys() - {new}
    removals = [{"remove": {"index": name, "alias": reader}} for name in sorted(old)]
    return [*removals, {"add": {"index": new, "alias": reader}}]


def _create_index(client: Elasticsearch, alias: str, definition: mapping.Mapping) -> None:
    client.indices.create(index=new_index(alias), aliases={alias: {}}, **definition)


def _uuids(client: Elasticsearch, names: list[str], missing_is_fine: bool) -> dict[str, str]:
    answer = client.indices.get_settings(index=names, name="index.uuid", ignore_unavailable=missing_is_fine)
    return {name: found["settings"]["index"]["uuid"] for name, found in answer.items()}
