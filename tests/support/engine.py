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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.docker import docker_answers
from tests.support.java import find_java
from tests.support.process import Server, Unavailable, free_port, work_folder

RECIPES = Path(__file__).parent / "engines"
DOCKER_IMAGE = "docker.elastic.co/elasticsearch/elasticsearch:9.2.1"
START_SECONDS = 120.0
MAVEN_TAIL_CHARACTERS = 1500
HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"

# A node lives for minutes: the quick compiler and the small collector halve its start at no loss.
QUICK_START = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


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


@contextmanager
def local_node(name: str, java_flags: tuple[str, ...] = QUICK_START) -> Iterator[str]:
    """Run the node `name` (a key of NODES) with these Java flags; give its address. Raises Unavailable."""
    if name not in NODES:
        raise Unavailable(f"CONTACTS_TEST_ENGINE={name} is unknown; known are: {', '.join(NODES)}")
    kind = NODES[name]
    java = find_java(kind.java_minimum, kind.java_maximum)
    jars = _jars(kind)
    port = free_port()
    with work_folder(kind.name) as folder:
        home = Path(folder)
        (home / "config").mkdir()
        command = [str(java), *java_flags, "-cp", f"{jars}/*", str(RECIPES / kind.name / "LocalNode.java")]
        arguments = [folder, str(port), str(free_port())]
        server = Server(kind.name, [*command, *arguments], home / "node.log")
        try:
            address = f"http://127.0.0.1:{port}"
            server.wait_ready(lambda: _answers(address), START_SECONDS)
            yield address
        finally:
            server.stop()


@contextmanager
def _docker_engine() -> Iterator[str]:
    from testcontainers.community.elasticsearch import ElasticSearchContainer

    container = ElasticSearchContainer(DOCKER_IMAGE).with_env("ES_JAVA_OPTS", "-Xms1g -Xmx1g")
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(9200)}"


def _answers(address: str) -> bool:
    """Say whether the node has elected itself; before that it refuses connections or sends a 503."""
    try:
        with urllib.request.urlopen(f"{address}{HEALTH}", timeout=5) as answer:
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
