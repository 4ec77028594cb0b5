"""Forms: how many are taken in beside a bare view that inserts one row, how soon a list knows, how soon one fills."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from typing import Any

import orjson
from sqlalchemy import text

from bench.client import Client
from bench.figures.imports import Loaded
from bench.figures.lists import PAUSE_SECONDS, POLL_SECONDS, is_member, until_done
from bench.figures.lookup import CLIENTS, bare_server
from bench.figures.reindex import run_reindex
from bench.measure import middle
from bench.results import Result
from bench.service import EMBEDDED, SERVER, Account
from tests.support.api import as_body

NAME = "forms"
SHARE = 0.3
JOIN_MS = {EMBEDDED: 40.0, SERVER: 100.0}
FILL_SECONDS_A_MILLION = 20.0
LEAST_FILL_SECONDS = 1.0
FORMS = 100
ENDS_RATE = f"submissions/s of {CLIENTS} connections, each of a new visitor with an e-mail and a token"
ENDS_JOIN = "answer to a submission read → a profile that shows the membership read, asked for every 4 ms"
ENDS_FILL = "a list over one form of a hundred sent → the list told as done"

SUBMISSIONS = text(
    """
    INSERT INTO form_submission (portal_id, conversion_id, vid, form_guid, form_name, submitted_at,
                                 page_url, page_title, page_id, fields, details)
    SELECT portal_id, md5('conversion' || vid), vid, 'form ' || vid % :forms, 'Form', created_at, '', '', '', '[]', '{}'
    FROM contact WHERE portal_id = :portal
    """
)
COUNTS = text(
    """
    UPDATE contact SET version = version + 1, properties = properties || jsonb_build_object(
        'num_conversion_events', '1', 'num_unique_conversion_events', '1',
        'first_conversion_date', created_at::text, 'first_conversion_event_name', 'Form',
        'recent_conversion_date', created_at::text, 'recent_conversion_event_name', 'Form')
    WHERE portal_id = :portal
    """
)
INSTANTS = text(
    """
    INSERT INTO instant (portal_id, name, instant, vid)
    SELECT portal_id, name, created_at, vid
    FROM contact, unnest(ARRAY['first_conversion_date', 'recent_conversion_date']) AS name
    WHERE portal_id = :portal
    """
)
"""A submission for every contact and what follows from it, as the records hold it and an index is filled from."""


def measure(loaded: Loaded) -> list[Result]:
    """Return the rate, the time until a list has its member and, on the server set-up, until a list is filled."""
    account = loaded.service.new_account("forms")
    guid = _create_form(loaded.service.client(account))
    found = [_rate(loaded, account, guid), _join(loaded, account, guid)]
    return found if loaded.service.setup == EMBEDDED else [*found, *_fill(loaded)]


def _create_form(client: Client) -> str:
    fields = [{"name": "email"}, {"name": "firstname"}]
    return str(client.post("/forms/v2/forms", {"name": "Bench", "fields": fields})["guid"])


def _rate(loaded: Loaded, account: Account, guid: str) -> Result:
    path = f"/submissions/v3/integration/submit/{account.portal_id}/{guid}"
    numbers = count()
    with bare_server(loaded) as bare:
        sides = [(loaded.service.address, path), (bare, f"/{account.portal_id}")]
        rates: list[list[float]] = [[], []]
        for _ in range(loaded.size.rounds):
            for found, (address, target) in zip(rates, sides, strict=True):
                found.append(_sent_a_second(loaded, address, target, numbers))
    ours, theirs = map(middle, rates)
    ratio = ours / theirs
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure="form submissions",
        ends=ENDS_RATE,
        measured=f"{ratio:.2f}× ({ours:,.0f}/s)",
        baseline=f"bare view that inserts one row: {theirs:,.0f}/s",
        line=f"≥ {SHARE}×",
        met=ratio >= SHARE,
    )


def _body(number: int) -> bytes:
    fields = [{"name": "email", "value": f"visitor{number}@forms.example"}, {"name": "firstname", "value": "Ada"}]
    context = {"hutk": uuid.uuid4().hex, "pageUri": "http://shop.example/", "pageName": "Shop"}
    return orjson.dumps({"fields": fields, "context": context})


def _sent_a_second(loaded: Loaded, address: str, path: str, numbers: Iterator[int]) -> float:
    """Return the requests a second that CLIENTS connections to an address get answered together."""
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [Client(address) for _ in range(CLIENTS)]
        end = start + loaded.size.seconds
        answered = sum(pool.map(lambda client: _send(client, path, numbers, end), clients))
    return answered / (time.perf_counter() - start)


def _send(client: Client, path: str, numbers: Iterator[int], end: float) -> int:
    """Send one visitor after the other until the end; return how many answers there were."""
    answered = 0
    with closing(client):
        while time.perf_counter() < end:
            client.send("POST", path, _body(next(numbers)))
            answered += 1
    return answered


def _join(loaded: Loaded, account: Account, guid: str) -> Result:
    client = loaded.service.client(account)
    emails = [f"member{number}@forms.example" for number in range(loaded.size.writes)]
    vids = [client.post("/contacts/v1/contact", as_body({"email": email}))["vid"] for email in emails]
    asked = {"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "form": guid}
    list_id = client.post("/contacts/v1/lists", {"name": "senders", "dynamic": True, "filters": [[asked]]})["listId"]
    until_done(client)
    took = [_joined(client, account, guid, *member, list_id) for member in zip(emails, vids, strict=True)]
    value, limit = middle(took), JOIN_MS[loaded.service.setup]
    return _times(loaded, "submission → member readable, p50", ENDS_JOIN, value, limit, "ms")


def _joined(client: Client, account: Account, guid: str, email: str, vid: int, list_id: int) -> float:
    """Send a form and return the milliseconds from the answer until the membership is readable."""
    time.sleep(PAUSE_SECONDS)
    body = {"fields": [{"name": "email", "value": email}]}
    client.post(f"/submissions/v3/integration/submit/{account.portal_id}/{guid}", body)
    start = time.perf_counter()
    while not is_member(client, vid, list_id):
        time.sleep(POLL_SECONDS)
    return (time.perf_counter() - start) * 1000


def _fill(loaded: Loaded) -> list[Result]:
    """Return how long lists over one form take to fill where every contact has sent one of a hundred forms."""
    with loaded.service.records() as database, database.write() as session:
        for statement in (SUBMISSIONS, COUNTS, INSTANTS):
            session.execute(statement, {"portal": loaded.account.portal_id, "forms": FORMS})
    run_reindex(loaded)
    client = loaded.service.client(loaded.account)
    limit = max(LEAST_FILL_SECONDS, FILL_SECONDS_A_MILLION * loaded.count / 1_000_000)
    window: dict[str, Any] = {"withinLastTime": 30, "withinLastTimeUnit": "DAYS"}
    asked = [("one form", "form 1", {}), ("one form in the last 30 days", "form 2", window)]
    return [
        _times(loaded, f"{name}, {loaded.count:,} contacts and submissions", ENDS_FILL, seconds, limit, "s")
        for name, form, keys in asked
        for seconds in [_filled(client, form, keys)]
    ]


def _filled(client: Client, form: str, keys: dict[str, Any]) -> float:
    asked = {"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "form": form, **keys}
    start = time.perf_counter()
    body = {"name": f"{form} {len(keys)}", "dynamic": True, "filters": [[asked]]}
    list_id = client.post("/contacts/v1/lists", body)["listId"]
    while client.get(f"/contacts/v1/lists/{list_id}")["metaData"]["processing"] != "DONE":
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - start


def _times(loaded: Loaded, figure: str, ends: str, value: float, limit: float, unit: str) -> Result:
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=figure,
        ends=ends,
        measured=f"{value:.1f} {unit}",
        baseline="–",
        line=f"≤ {limit:.0f} {unit}",
        met=value <= limit,
    )
