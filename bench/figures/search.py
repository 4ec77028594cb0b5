"""Search through HTTP: beside the same query sent raw to the engine, and on the embedded set-up against fixed lines.

Queries come in two kinds. *Certain* ones are prefixes, of one letter and more, whose exact and prefix matches fill the
page; *forgiving* ones do not fill it, so that the typo tier is asked too: misspelt names, whole names and addresses.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import orjson

from bench.figures.imports import Loaded
from bench.measure import alternate, middle, percentile
from bench.people import people
from bench.profiles import profile_requests
from bench.results import Result
from bench.service import SERVER
from bench.size import Size
from queries.search import parse_search
from queries.search_query import Query, exact_and_prefix, sort_clause, with_typos

NAME = "search"
PAGE = 20
WARM_UP = 40
LONGEST_PREFIX = 7
RAW_P50_PLUS, RAW_P99_TIMES, RAW_P99_PLUS = 5.0, 2.0, 15.0
CERTAIN_P99, FORGIVING_P99 = 15.0, 80.0
HTTP_ENDS = "request sent → answer of 20 contacts read, one connection kept"


def measure(loaded: Loaded) -> list[Result]:
    """Return p50 and p99 of certain and of forgiving queries."""
    kinds = {"any prefix, page filled": certain(loaded.size), "with the typo tier": forgiving(loaded.size)}
    side = _beside_raw if loaded.service.setup == SERVER else _alone
    return [result for kind, queries in kinds.items() for result in side(loaded, kind, queries)]


def certain(size: Size) -> list[str]:
    """Return prefixes of names and companies, some after a first name, that many contacts match."""
    begun = Counter(prefix for person in people(size.contacts) for prefix in _prefixes(person))
    common = sorted(prefix for prefix, found in begun.items() if found >= min(PAGE, size.contacts // 10))
    return random.Random(2).sample(common, min(size.queries, len(common)))


def forgiving(size: Size) -> list[str]:
    """Return misspelt last names, misspelt full names, full names and e-mail addresses."""
    chance = random.Random(3)
    found = [person for person in people(size.contacts) if len(person["lastname"]) > LONGEST_PREFIX]
    chosen = chance.sample(found, min(size.queries, len(found)))
    return [_forgiven(chance, number, person) for number, person in enumerate(chosen)]


def _prefixes(person: dict[str, str]) -> Iterator[str]:
    first, last = person["firstname"], person["lastname"]
    for word in {first, last, *person["company"].split()}:
        yield from (word[:length] for length in range(1, min(len(word), LONGEST_PREFIX) + 1))
    yield from (f"{first} {last[:length]}" for length in (1, 2))


def _forgiven(chance: random.Random, number: int, person: dict[str, str]) -> str:
    first, last = person["firstname"], person["lastname"]
    place = chance.randrange(2, len(last) - 1)
    misspelt = last[:place] + last[place + 1] + last[place] + last[place + 2 :]
    return (misspelt, f"{first} {misspelt}", f"{first} {last}", person["email"])[number % 4]


def _alone(loaded: Loaded, kind: str, queries: Sequence[str]) -> list[Result]:
    """Hold the embedded set-up, whose engine has no door of its own, to its fixed lines."""
    client = loaded.service.client(loaded.account)
    for q in queries[:WARM_UP]:
        client.send("GET", _path(q))
    took = [client.timed("GET", _path(q))[0] for _ in range(2) for q in queries]
    limit = CERTAIN_P99 if kind == "any prefix, page filled" else FORGIVING_P99
    p50, p99 = middle(took), percentile(took, 0.99)
    measured, line = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", f"p99 ≤ {limit:.0f} ms"
    met = p99 <= limit
    return [_result(loaded, f"{kind}, p99", measured, "–", line, met, queries)]


def _beside_raw(loaded: Loaded, kind: str, queries: Sequence[str]) -> list[Result]:
    client = loaded.service.client(loaded.account)
    raw = RawSearch(loaded)

    def through_http(q: str) -> float:
        return client.timed("GET", _path(q))[0]

    alternate(queries[:WARM_UP], through_http, raw.milliseconds)
    ours, theirs = alternate(queries, through_http, raw.milliseconds)
    p50, p99, raw50, raw99 = middle(ours), percentile(ours, 0.99), middle(theirs), percentile(theirs, 0.99)
    limit50, limit99 = raw50 + RAW_P50_PLUS, raw99 * RAW_P99_TIMES + RAW_P99_PLUS
    lines = (f"≤ raw + 5 ms = {limit50:.1f} ms", f"≤ 2 × raw + 15 ms = {limit99:.1f} ms")
    return [
        _result(loaded, f"{kind}, p50", f"{p50:.1f} ms", f"raw: {raw50:.1f} ms", lines[0], p50 <= limit50, queries),
        _result(loaded, f"{kind}, p99", f"{p99:.1f} ms", f"raw: {raw99:.1f} ms", lines[1], p99 <= limit99, queries),
    ]


def _result(
    loaded: Loaded, figure: str, measured: str, baseline: str, line: str, met: bool, queries: Sequence[str]
) -> Result:
    service = loaded.service
    paths = [_path(q) for q in queries]
    profile = loaded.explain(met, lambda: profile_requests(service, loaded.account.key, paths))
    figure = f"{figure}, {loaded.count:,} contacts"
    return Result(NAME, service.setup, figure, HTTP_ENDS, measured, baseline, line, met, profile)


def _path(q: str) -> str:
    return f"/contacts/v1/search/query?q={quote(q)}&count={PAGE}"


class RawSearch:
    """Sends the engine the very queries that the service sends it, over a connection of its own."""

    def __init__(self, loaded: Loaded) -> None:
        """Ask the index of the loaded contacts."""
        settings = loaded.service.settings
        self._client = loaded.service.engine_client()
        self._path = f"/{settings.index_prefix}-{loaded.account.portal_id}-contacts/_search"

    def milliseconds(self, q: str) -> float:
        """Return how long the engine takes to answer a search, typo tier included where the page is not filled."""
        text = parse_search(q)
        took, total = self._ask(exact_and_prefix(text))
        return took if total >= PAGE else took + self._ask(with_typos(text))[0]

    def _ask(self, query: Query) -> tuple[float, int]:
        """Return milliseconds and how many contacts match."""
        body = {
            "query": query,
            "sort": [*sort_clause(), {"vid": "asc"}],
            "size": PAGE,
            "docvalue_fields": [{"field": "vid"}],
            "track_total_hits": 10_000,
            "_source": False,
        }
        took, answer = self._client.timed("POST", self._path, orjson.dumps(body))
        return took, orjson.loads(answer)["hits"]["total"]["value"]
