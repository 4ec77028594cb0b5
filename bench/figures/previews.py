"""How long a preview takes over all contacts: counts, clause by clause, samples, and the difference to a saved list."""

from typing import Any

import orjson

from bench.client import Client
from bench.figures.imports import Loaded
from bench.profiles import profile_requests
from bench.results import Result
from bench.service import EMBEDDED, SERVER

NAME = "preview"
LINES = {EMBEDDED: 3_000.0, SERVER: 200.0}
PATH = "/contacts/v1/lists/preview"
ENDS = "request sent → answer read, one connection kept; the slowest of {rounds} after one that is not counted"


def measure(loaded: Loaded) -> list[Result]:
    """Return the time of a preview of ten clauses, and of one that no engine can be asked exactly."""
    client = loaded.service.client(loaded.account)
    list_id = _some_list(client)
    asked = {
        "ten clauses, with the difference to a list": {"filters": _ten_clauses(), "listId": list_id},
        "with a regular expression, judged one by one": {"filterTree": _pattern(), "listId": list_id},
    }
    return [_result(loaded, client, figure, orjson.dumps(body)) for figure, body in asked.items()]


def _result(loaded: Loaded, client: Client, figure: str, body: bytes) -> Result:
    limit, rounds = LINES[loaded.service.setup], loaded.size.rounds
    took = max([client.timed("POST", PATH, body)[0] for _ in range(rounds + 1)][1:])
    met = took <= limit
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"preview of {loaded.count:,} contacts, {figure}",
        ends=ENDS.format(rounds=rounds),
        measured=f"{took:,.0f} ms",
        baseline="–",
        line=f"≤ {limit:,.0f} ms",
        met=met,
        profile=loaded.explain(met, lambda: profile_requests(loaded.service, loaded.account.key, [PATH], body)),
    )


def _some_list(client: Client) -> int:
    found = client.get("/contacts/v1/lists/dynamic", count=1)["lists"]
    return int(found[0]["listId"])


def _is(name: str, operator: str, value: Any = "") -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def _ten_clauses() -> list[list[dict[str, Any]]]:
    recent = {**_is("createdate", "WITHIN_TIME"), "withinLastTime": 30, "withinLastTimeUnit": "DAYS"}
    return [
        [
            _is("lifecyclestage", "SET_ANY", "lead;customer"),
            _is("company", "CONTAINS", "labs"),
            _is("annualrevenue", "GT", 300_000),
            _is("city", "NEQ", "Lisbon"),
            recent,
        ],
        [
            _is("lastname", "STR_STARTS_WITH", "ba"),
            _is("phone", "IS_NOT_EMPTY"),
            _is("country", "EQ", "Germany"),
            _is("hs_lead_status", "SET_NOT_ANY", "NEW"),
            _is("jobtitle", "CONTAINS", "manager"),
        ],
    ]


def _pattern() -> dict[str, Any]:
    named = {"kind": "text", "field": "company", "op": "regex", "value": "^(ba|ker).*(labs|foods)$"}
    return {"op": "and", "of": [named, {"kind": "value", "field": "country", "op": "eq", "value": "Japan"}]}
