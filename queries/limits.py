"""Limits of a whole filter that both spellings share."""

import json

from queries.errors import MAX_BYTES, MAX_DEPTH, MAX_FILTERS, TooMany


def check_bytes(path: str, raw: object) -> None:
    """Raise TooMany for a filter that is larger as JSON than is taken; `raw` has been found well-formed."""
    size = len(json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise TooMany(path, "bytes", size, MAX_BYTES)


def check_depth(path: str, depth: int) -> None:
    """Raise TooMany for a group that stands deeper than is taken."""
    if depth > MAX_DEPTH:
        raise TooMany(path, "levels of and, or and not", depth, MAX_DEPTH)


def check_leaves(path: str, count: int) -> None:
    """Raise TooMany for more leaves than one filter may be written with."""
    if count > MAX_FILTERS:
        raise TooMany(path, "filters", count, MAX_FILTERS)
