"""A Redis that is gone for a while, or hangs: everything but background work goes on, and that by itself afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checks import PATIENCE_SECONDS, check_all, let_write, prepare, writing
from tests.faults.installation import Installation, ask, is_settled, server_settings
from tests.support.redis import LocalRedis
from tests.support.wait import wait_until

WRITES = 100
LOSSES: dict[str, tuple[Callable[[LocalRedis], None], Callable[[LocalRedis], None]]] = {
    "is stopped": (LocalRedis.stop, LocalRedis.start),
    "hangs": (LocalRedis.freeze, LocalRedis.thaw),
}
LEADS = {"filters": [[{"property": "lifecyclestage", "operator": "EQ", "value": "lead"}]]}


@pytest.mark.parametrize(("lose", "return_"), LOSSES.values(), ids=LOSSES.keys())
@pytest.mark.usefixtures("engine_url")
def test_without_redis_writes_and_reads_go_on_and_lists_catch_up_when_it_is_back(
    tmp_path: Path,
    engine_url: str,
    postgres_url: str,
    own_redis: LocalRedis,
    lose: Callable[[LocalRedis], None],
    return_: Callable[[LocalRedis], None],
) -> None:
    environment = server_settings(postgres_url, engine_url, own_redis.address)
    environment["CONTACTS_RATE_DAILY"] = "1000000"
    key = prepare(postgres_url)
    installation = Installation(environment, tmp_path, workers=2)
    with writing(installation.url, key) as clients:
        let_write(clients, WRITES)
        wait_until(lambda: search(installation.url, key)[0] == 200, PATIENCE_SECONDS, "there is an index")
        lose(own_redis)
        let_write(clients, WRITES)
        assert_all_else_goes_on(installation.url, key, str(next(iter(clients[0].people))))
    assert [client.unanswered for client in clients] == [[]] * len(clients)
    return_(own_redis)
    wait_until(lambda: is_settled(installation.url, key), PATIENCE_SECONDS, "the workers catch up by themselves")
    assert installation.is_ready() and all(process.goes_on for process in installation.processes)
    installation.stop()
    check_all(environment, key, clients)


def assert_all_else_goes_on(url: str, key: str, email: str) -> None:
    """Assert that records and index are read, that lists are saved, and that it is told what is down."""
    for path in (f"contact/email/{email}/profile", "lists"):
        assert ask(f"{url}/contacts/v1/{path}?hapikey={key}")[0] == 200
    assert search(url, key)[0] == 200
    new_list = {"name": "Saved without Redis", "dynamic": True, **LEADS}
    assert ask(f"{url}/contacts/v1/lists?hapikey={key}", new_list)[0] == 200
    status, told = ask(f"{url}/integrations/v1/limit/daily?hapikey={key}")
    assert status == 503 and "try again later" in told["message"]
    status, told = ask(f"{url}/readyz")
    assert status == 503 and told["parts"]["redis"].startswith("down")


def search(url: str, key: str) -> tuple[int, Any]:
    """Ask the index."""
    return ask(f"{url}/contacts/v1/search/query?hapikey={key}&q=p")
