"""Lists as a file that people can read, edit and carry to another portal: YAML, in which lists have names and no ids.

    version: 1
    lists:
    - name: …
      type: smart | static
      timeZone: …            where it is not the portal's
      filters: …             or filterTree, as docs/filters.md tells them; `list` is the name of a list

Members and pins are not told: they are facts about contacts, whose vids belong to their portal.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from queries.leaves import DEFAULT_FAMILY
from queries.leaves.membership import KIND as LIST_KIND
from records.models import ContactList

VERSION = 1
MAX_BYTES = 10_000_000
SMART, STATIC = "smart", "static"
TYPES = (SMART, STATIC)
KEYS = frozenset({"name", "type", "timeZone", "filters", "filterTree"})
MEMBERSHIP = "ListMembership"
_SAYING_NOTHING: Mapping[str, Any] = {
    "filterFamily": DEFAULT_FAMILY,
    "withinTimeMode": "PAST",
    "checkPastVersions": False,
    "reverseWithinTimeWindow": False,
    "value": "",
}
"""Keys of a normalised filter over a property that a reader does not miss, where they have these values."""


class ListFileRefused(ValueError):
    """A file of lists that cannot be taken; nothing was changed. The words name list, place and remedy."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A list of a file. `filters` and `tree` are as they stand there, at most one of them not None."""

    name: str
    dynamic: bool
    time_zone: str | None
    filters: Any
    tree: Any


def write_file(rows: Sequence[ContactList]) -> str:
    """Return the file of all lists of a portal, those that others name before those that name them."""
    names = {row.list_id: row.name for row in rows}
    told = [_told(row, names) for row in _inner_first(rows)]
    text: str = yaml.dump(
        {"version": VERSION, "lists": told}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )
    return text


def read_file(file: bytes) -> list[Entry]:
    """Return the lists of a file in UTF-8, of which MAX_BYTES + 1 need be read; raises ListFileRefused."""
    if len(file) > MAX_BYTES:
        raise ListFileRefused(f"the file has more than {MAX_BYTES} bytes; split it")
    try:
        found = yaml.load(file.decode("utf-8-sig"), _Loader)
    except UnicodeDecodeError as error:
        raise ListFileRefused(f"byte {error.start} of the file is not UTF-8; save it as UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ListFileRefused(f"the file is no YAML that can be taken: {error}") from None
    _check_storable(found)
    if not isinstance(found, dict) or not isinstance(found.get("lists"), list):
        raise ListFileRefused("the file has no lists; `contacts lists export` shows what it must look like")
    if found.get("version") != VERSION:
        raise ListFileRefused(f"version: {found.get('version')!r} is not {VERSION}, the only one that is known")
    return [_entry(raw, f"lists[{index}]") for index, raw in enumerate(found["lists"])]


def with_ids(raw: Any, ids: Mapping[str, int]) -> Any:
    """Return filters, or a tree, of a file with the ids of the lists that it names; raises ListFileRefused.

    `ids` maps `name_key` of a name to its list's id. What is not understood stays as it is.
    """
    if isinstance(raw, list):
        return [with_ids(each, ids) for each in raw]
    if not isinstance(raw, dict):
        return raw
    if raw.get("filterFamily", MEMBERSHIP) != MEMBERSHIP:
        return raw
    if "filterFamily" in raw or raw.get("kind") == LIST_KIND:
        return {**raw, "list": _id_of(raw.get("list"), ids)}
    return {**raw, "of": with_ids(raw["of"], ids)} if _is_group(raw) else raw


def _check_storable(found: Any) -> None:
    """Raise ListFileRefused for half a surrogate pair or an infinite number, which JSON cannot tell."""
    try:
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise ListFileRefused(f"the file holds what cannot be stored: {error}; take it out") from None


def name_key(name: str) -> str:
    """Return the form by which names of lists are equal."""
    return name.strip().casefold()


def _id_of(name: Any, ids: Mapping[str, int]) -> int:
    if not isinstance(name, str):
        raise ListFileRefused(f"list: {name!r} is no name; in a file lists are called by their names")
    if name_key(name) not in ids:
        raise ListFileRefused(f"list: {name!r} is neither in the portal nor earlier in the file; put it first")
    return ids[name_key(name)]


def _told(row: ContactList, names: Mapping[int, str]) -> dict[str, Any]:
    zone = {} if row.time_zone is None else {"timeZone": row.time_zone}
    criteria = {"filters": row.filters} if row.filter_tree is None else {"filterTree": row.filter_tree}
    asked = {key: _with_names(raw, names) for key, raw in criteria.items()}
    return {"name": row.name, "type": SMART if row.dynamic else STATIC, **zone, **asked}


def _with_names(raw: Any, names: Mapping[int, str]) -> Any:
    """Return stored criteria with the names of the lists in them; what cannot be read stays as it is."""
    if isinstance(raw, list):
        return [_with_names(each, names) for each in raw]
    if not isinstance(raw, dict):
        return raw
    if raw.get("filterFamily") == MEMBERSHIP:
        return {"filterFamily": MEMBERSHIP, "operator": raw["operator"], "list": names[raw["list"]]}
    if raw.get("filterFamily") == DEFAULT_FAMILY:
        return {key: value for key, value in raw.items() if not _says_nothing(key, value)}
    if "filterFamily" in raw:
        return raw
    if raw.get("kind") == LIST_KIND:
        return {**raw, "list": names[raw["list"]]}
    return {**raw, "of": _with_names(raw["of"], names)} if _is_group(raw) else raw


def _says_nothing(key: str, value: Any) -> bool:
    return key in _SAYING_NOTHING and value == _SAYING_NOTHING[key] and type(value) is type(_SAYING_NOTHING[key])


def _is_group(raw: Mapping[str, Any]) -> bool:
    return "kind" not in raw and isinstance(raw.get("of"), list)


def _inner_first(rows: Iterable[ContactList]) -> list[ContactList]:
    """Return lists so that each comes after those that it names; they do not contain each other."""
    left = {row.list_id: row for row in rows}
    ordered: list[ContactList] = []

    def take(list_id: int) -> None:
        row = left.pop(list_id, None)
        if row is not None:
            for used in sorted(row.uses_lists):
                take(used)
            ordered.append(row)

    for list_id in sorted(left):
        take(list_id)
    return ordered


def _entry(raw: Any, path: str) -> Entry:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or not raw["name"].strip():
        raise ListFileRefused(f"{path}: a list needs a name")
    where = f'{path} ("{raw["name"]}")'
    for key in raw.keys() - KEYS:
        raise ListFileRefused(f"{where}: {key!r} is not known; known are {', '.join(sorted(KEYS))}")
    if raw.get("type") not in TYPES:
        raise ListFileRefused(f"{where}: type: {raw.get('type')!r} is neither {SMART} nor {STATIC}")
    if raw.get("filters") is not None and raw.get("filterTree") is not None:
        raise ListFileRefused(f"{where}: filters and filterTree both say what the list asks; leave one of them out")
    return Entry(raw["name"], raw["type"] == SMART, raw.get("timeZone"), raw.get("filters"), raw.get("filterTree"))


_NUMBER = r"-?(?:0|[1-9][0-9]*)"
_JSON_SCALARS = (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", rf"^{_NUMBER}$", "-0123456789"),
    ("tag:yaml.org,2002:float", rf"^{_NUMBER}(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
)
"""Plain scalars that are no text, as in JSON: `no` is a word, `2019-05-04` a day as filters want it."""


class _Loader(yaml.SafeLoader):
    """Reads plain data, without the two things by which a small file says something else than it seems to."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, which make a small file enormous."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not taken", self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse a key that stands twice, of which one would be ignored, and one that is no text."""
        keys = [key.value for key, _ in node.value]
        for key in {each for each in keys if keys.count(each) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", node.start_mark)
        mapping = super().construct_mapping(node, deep)
        for key in mapping:
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is no text", node.start_mark)
        return mapping


class _Dumper(yaml.SafeDumper):
    """Writes plain data so that other readers of YAML, too, take no text for anything else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything where it stands."""
        return True

    def represent_str(self, data: str) -> Any:
        """Escape breaks of lines, some of which the library writes so that it cannot read them back."""
        style = '"' if data.splitlines() != [data] else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_Dumper.add_representer(str, _Dumper.represent_str)
for _tag, _pattern, _first in _JSON_SCALARS:
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))
    _Dumper.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))
