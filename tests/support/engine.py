"""Gives tests a real search engine, from whatever this machine has.

In this order: the server at `ELASTICSEARCH_URL`; Elasticsearch 9 in Docker; a node run straight from its
jars, which Maven fetches once into the user's cache folder. `CONTACTS_TEST_ENGINE` names the node to run
(`opensearch` or `elasticsearch7`) and then Docker is not asked.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.docker import docker_answers
from tests.support.java import find_java
from tests.support.process import Server, Unavailable, free_port, work_folder
from tests.support.wait import wait_until

RECIPES = Path(__file__).parent / "engines"
DOCKER_IMAGE = "docker.elastic.co/elasticsearch/elasticsearch:9.2.1"
START_SECONDS = 120.0
MAVEN_TAIL_CHARACTERS = 1500
HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"

# A node lives for minutes: the quick compiler and the small collector halve its start at no loss.
QUICK_START = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
SMALL = ("-Xmx512m", *QUICK_START[1:])


@dataclass(frozen=True)
class NodeKind:
    """A search engine to be run from jars: its recipe's folder and the major Java versions it was seen on."""

    name: str
    java_minimum: int
    java_maximum: int | None


NODES = {
    "opensearch": NodeKind("opensearch", 21, None),
    "elasticsearch7": NodeKind("elasticsearch7", 17, 17),
}


@contextmanager
def engine_server() -> Iterator[str]:
    """Give the address of a search engine, started if need be and stopped afterwards. Raises Unavailable."""
    chosen = os.environ.get("CONTACTS_TEST_ENGINE")
    if address := os.environ.get("ELASTICSEARCH_URL"):
        yield address
    elif chosen is None and docker_answers():
        with _docker_engine() as address:
            yield address
    else:
        with local_node(chosen or "opensearch") as address:
            yield address


class LocalNode:
    """A node that is run from its jars, and that can be killed and started again where it was."""

    def __init__(self, name: str, folder: Path, java_flags: tuple[str, ...], settings: Sequence[str] = ()) -> None:
        """Start the node `name` (a key of NODES) with further settings, `name=value`. Raises Unavailable."""
        if name not in NODES:
            raise Unavailable(f"CONTACTS_TEST_ENGINE={name} is unknown; known are: {', '.join(NODES)}")
        kind = NODES[name]
        java = find_java(kind.java_minimum, kind.java_maximum)
        jars = _jars(kind)
        port, self.transport_port = free_port(), free_port()
        (folder / "config").mkdir(parents=True)
        self._command = [str(java), *java_flags, "-cp", f"{jars}/*", str(RECIPES / kind.name / "LocalNode.java")]
        self._command += [str(folder), str(port), str(self.transport_port), *settings]
        self._log = folder / "node.log"
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        """Start it, without waiting for it."""
        self._server = Server("search engine", self._command, self._log)

    def wait_ready(self) -> None:
        """Wait until it answers."""
        self._server.wait_ready(lambda: _answers(self.address), START_SECONDS)

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self._server.process.kill()
        self._server.stop()

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()


@contextmanager
def local_node(name: str, java_flags: tuple[str, ...] = QUICK_START) -> Iterator[str]:
    """Run the node `name` (a key of NODES) with these Java flags; give its address. Raises Unavailable."""
    with work_folder(name) as folder, _running(LocalNode(name, Path(folder) / "home", java_flags)) as node:
        node.wait_ready()
        yield node.address


@dataclass(frozen=True)
class NodePair:
    """Two nodes of one cluster: one that leads it and is spoken to, and one that holds data only."""

    leader: LocalNode
    other: LocalNode

    @property
    def is_whole(self) -> bool:
        """Whether both are there and every index has its copy on each."""
        health = f"{self.leader.address}/_cluster/health?wait_for_status=green&wait_for_nodes=2&timeout=1s"
        return _gets_200(health)


@contextmanager
def node_pair() -> Iterator[NodePair]:
    """Run two nodes of OpenSearch as one cluster. Raises Unavailable."""
    shared = ("discovery.type=zen", "cluster.fault_detection.follower_check.timeout=5s")
    first = ("node.name=first", "cluster.initial_cluster_manager_nodes=first")
    with work_folder("opensearch-pair") as folder, ExitStack() as stack:
        leader = LocalNode("opensearch", Path(folder) / "first", SMALL, (*shared, *first))
        stack.enter_context(_running(leader))
        second = ("node.name=second", "node.roles=data", f"discovery.seed_hosts=127.0.0.1:{leader.transport_port}")
        other = LocalNode("opensearch", Path(folder) / "second", SMALL, (*shared, *second))
        stack.enter_context(_running(other))
        pair = NodePair(leader, other)
        wait_until(lambda: pair.is_whole, START_SECONDS, "both nodes form a cluster")
        yield pair


@contextmanager
def _running(node: LocalNode) -> Iterator[LocalNode]:
    try:
        yield node
    finally:
        node.stop()


@contextmanager
def _docker_engine() -> Iterator[str]:
    from testcontainers.community.elasticsearch import ElasticSearchContainer

    container = ElasticSearchContainer(DOCKER_IMAGE).with_env("ES_JAVA_OPTS", "-Xms1g -Xmx1g")
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(9200)}"


def _answers(address: str) -> bool:
    """Say whether the node has elected itself; before that it refuses connections or sends a 503."""
    return _gets_200(f"{address}{HEALTH}")


def _gets_200(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _jars(kind: NodeKind) -> Path:
    """Return the folder with the node's jars, fetched once by Maven while other test runs wait."""
    recipe = RECIPES / kind.name / "pom.xml"
    version = hashlib.sha256(recipe.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{kind.name}-{version}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fetch(recipe, folder)
    return folder


def _fetch(recipe: Path, folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise Unavailable("needs Maven (mvn) to fetch the engine's jars once, or ELASTICSEARCH_URL")
    half = folder.with_suffix(".part")
    shutil.rmtree(half, ignore_errors=True)
    maven = ["mvn", "-q", "-B", "-f", str(recipe)]
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={half}"]
    fetched = subprocess.run([*maven, *goal], capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        said = (fetched.stdout + fetched.stderr)[-MAVEN_TAIL_CHARACTERS:]
        raise Unavailable(f"Maven could not fetch the engine's jars: {said}")
    half.rename(folder)


def cache_folder() -> Path:
    """Return this user's folder for files that one test run fetches and later ones use again."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "contacts-test"
