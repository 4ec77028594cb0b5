"""A search engine of two nodes, one of which is killed under writes: the other goes on, and nothing is lost."""

from pathlib import Path

from tests.faults.checks import PATIENCE_SECONDS, check_all, let_write, prepare, writing
from tests.faults.installation import Installation, ask, is_settled, server_settings
from tests.support.engine import NodePair
from tests.support.wait import wait_until

WRITES = 60


def test_one_of_two_nodes_dies_under_writes_and_comes_back(
    tmp_path: Path, engine_pair: NodePair, redis_url: str, postgres_url: str
) -> None:
    environment = server_settings(postgres_url, engine_pair.leader.address, redis_url)
    key = prepare(postgres_url)
    installation = Installation(environment, tmp_path, workers=2)
    search = f"{installation.url}/contacts/v1/search/query?hapikey={key}&q=p"
    with writing(installation.url, key) as clients:
        let_write(clients, WRITES)
        wait_until(lambda: ask(search)[0] == 200, PATIENCE_SECONDS, "there is an index")
        wait_until(lambda: engine_pair.is_whole, PATIENCE_SECONDS, "both nodes hold all data")
        engine_pair.other.kill()
        let_write(clients, WRITES)
        wait_until(lambda: ask(search)[0] == 200, PATIENCE_SECONDS, "the node that is left answers searches")
        engine_pair.other.start()
        let_write(clients, WRITES)
    assert [client.unanswered for client in clients] == [[]] * len(clients)
    wait_until(lambda: engine_pair.is_whole, PATIENCE_SECONDS, "both nodes hold all data again")
    wait_until(lambda: is_settled(installation.url, key), PATIENCE_SECONDS, "the workers catch up by themselves")
    installation.stop()
    check_all(environment, key, clients)
