"""The one client library for all engines: asks the server what it is and then speaks so that it understands.

The library sends version-9 media types and refuses servers that are not Elasticsearch. Elasticsearch 8
answers 400 to those types, OpenSearch 406, and neither OpenSearch nor Elasticsearch 7 needs them, so a node
class changes the headers of each request and supplies the product header of each answer.
"""

import re
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from elastic_transport import HttpHeaders, NodeConfig, Transport, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT, DefaultType, url_to_node_config
from elasticsearch import Elasticsearch
from elasticsearch.serializer import OrjsonSerializer
from urllib3 import Timeout

from indexer.engines.failures import failure, translated
from indexer.errors import UnsupportedEngine

if TYPE_CHECKING:
    from elastic_transport._node import NodeApiResponse

QUICK_SECONDS = 1.5
"""For a search that someone waits for: an engine that is down is known within two seconds."""

PATIENT_SECONDS = 30.0
"""For everything that runs in the background."""

CONNECTIONS = 32

_LIBRARY_TYPE = "application/vnd.elasticsearch+{}; compatible-with=9"
_FORMATS = ("json", "x-ndjson")
_JSON_TYPES = ("application/json", "application/vnd.elasticsearch+json")


class PunctualNode(Urllib3HttpNode):
    """Takes a request's timeout for connecting and answering together; the library counts it for each."""

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> "NodeApiResponse":
        """Send a request; raises the library's TransportError children."""
        total: Any = request_timeout
        if isinstance(request_timeout, int | float):
            total = Timeout(total=request_timeout)
        return super().perform_request(method, target, body, headers, total)


class PlainNode(PunctualNode):
    """Speaks to OpenSearch and Elasticsearch 7: media types without a version."""

    media_type: ClassVar[str] = "application/{}"

    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> "NodeApiResponse":
        """Send a request with this server's media types; raises the library's TransportError children."""
        spoken = self._spoken(headers or HttpHeaders())
        answer = super().perform_request(method, target, body, spoken, request_timeout)
        answer.meta.headers["x-elastic-product"] = "Elasticsearch"
        return answer

    def _spoken(self, headers: HttpHeaders) -> HttpHeaders:
        types = {_LIBRARY_TYPE.format(name): self.media_type.format(name) for name in _FORMATS}
        return HttpHeaders({name: types.get(value, value) for name, value in headers.items()})


class Version8Node(PlainNode):
    """Speaks to Elasticsearch 8, which takes its own version's media types."""

    media_type = "application/vnd.elasticsearch+{}; compatible-with=8"


@dataclass(frozen=True, slots=True)
class Server:
    """What a server says it is: product and version, such as OpenSearch and 3.4.0."""

    product: str
    version: str

    def __str__(self) -> str:
        return f"{self.product} {self.version}"

    def node_class(self) -> type[Urllib3HttpNode]:
        """Return the node class that speaks to this server; raises UnsupportedEngine."""
        major, minor = (int(part) for part in self.version.split(".")[:2])
        match self.product, major:
            case ("Elasticsearch", 9):
                return PunctualNode
            case ("Elasticsearch", 8):
                return Version8Node
            case ("OpenSearch", 2 | 3):
                return PlainNode
            case ("Elasticsearch", 7) if minor >= 17:
                return PlainNode
        raise UnsupportedEngine(str(self))


def identify(info: object) -> Server:
    """Return the server whose `GET /` answered with this body; raises UnsupportedEngine."""
    version = info.get("version") if isinstance(info, Mapping) else None
    number = version.get("number") if isinstance(version, Mapping) else None
    if not isinstance(version, Mapping) or not re.match(r"[0-9]+\.[0-9]+", str(number)):
        raise UnsupportedEngine("A server that does not say its version")
    is_opensearch = version.get("distribution") == "opensearch"
    return Server("OpenSearch" if is_opensearch else "Elasticsearch", str(number))


@dataclass(frozen=True, slots=True)
class Clients:
    """The same connections with two patiences: `quick` for what someone waits for, `patient` for the rest."""

    quick: Elasticsearch
    patient: Elasticsearch


class Connection:
    """A lazy way to one engine address: nothing is asked of it before the first use.

    Where the first use fails, the next one tries again.
    """

    def __init__(self, url: str) -> None:
        """Take an address such as `https://user:password@host:9200`; raises ValueError where it is none."""
        config = url_to_node_config(url, use_default_ports_for_scheme=True)
        self._config = replace(config, connections_per_node=CONNECTIONS)
        self._lock = threading.Lock()
        self._clients: Clients | None = None

    def ask_server(self) -> Server:
        """Ask the server what it is; raises EngineUnavailable, or UnsupportedEngine."""
        transport = Transport([self._config], node_class=PunctualNode, max_retries=0)
        with translated(), closing(transport):
            headers = {"accept": "application/json"}
            answer = transport.perform_request("GET", "/", headers=headers, request_timeout=QUICK_SECONDS)
        if answer.meta.status != 200:
            raise failure(answer.meta.status, answer.body)
        return identify(answer.body)

    def clients(self) -> Clients:
        """Return the clients, having asked the server what it is; raises as `ask_server` does.

        Several threads may ask at once: none waits for another's time-out.
        """
        if (clients := self._clients) is not None:
            return clients
        node_class = self.ask_server().node_class()
        with self._lock:
            if self._clients is None:
                self._clients = _clients(self._config, node_class)
            return self._clients

    def close(self) -> None:
        """Give back the connections; a later use makes new ones."""
        with self._lock:
            if self._clients is not None:
                self._clients.patient.close()
            self._clients = None


def _clients(config: NodeConfig, node_class: type[Urllib3HttpNode]) -> Clients:
    client = Elasticsearch(
        [config],
        node_class=node_class,
        max_retries=0,
        retry_on_timeout=False,
        serializers={media: OrjsonSerializer() for media in _JSON_TYPES},
    )
    quick, patient = (client.options(request_timeout=each) for each in (QUICK_SECONDS, PATIENT_SECONDS))
    return Clients(quick, patient)
