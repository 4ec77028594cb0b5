"""A real installation in processes of its own, which can be killed and started again at any moment."""

import json
import os
import secrets
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.process import Server, free_port
from tests.support.wait import wait_until

START_SECONDS = 60.0
STOP_SECONDS = 10.0
"""Within this every process ends when it is told to."""

ANSWER_SECONDS = 10.0


def server_settings(database_url: str, engine_url: str, redis_url: str) -> dict[str, str]:
    """Return the settings of the server set-up on these servers, with index names of its own."""
    return {
        "CONTACTS_DATABASE_URL": database_url,
        "ELASTICSEARCH_URL": engine_url,
        "REDIS_URL": redis_url,
        "CONTACTS_INDEX_PREFIX": f"faults-{secrets.token_hex(4)}",
    }


class Process:
    """A command of the product that is started, killed and started again."""

    def __init__(self, name: str, words: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.starts = 0
        self._command = ["env", *(f"{key}={value}" for key, value in environment.items())]
        self._command += [sys.executable, "-m", "service.cli", *words]
        self._folder = folder
        self._server = self._start()

    def kill(self) -> None:
        """Kill it, and all that it started, as a power cut does, and start it again."""
        os.killpg(self._server.process.pid, signal.SIGKILL)
        self._server.stop()
        self._server = self._start()

    def stop(self) -> None:
        """Tell it to end; it must do so in time and without complaint. One that has not begun ends by the signal."""
        self._server.process.send_signal(signal.SIGTERM)
        code, told = self._server.process.wait(STOP_SECONDS), self._server.log.read_text()
        assert code == 0 or (code == -signal.SIGTERM and not told), f"{self.name} ended with {code}: {told}"
        self._server.stop()

    @property
    def goes_on(self) -> bool:
        """Whether it still is what was started at first."""
        return self.starts == 1 and self._server.process.poll() is None

    def _start(self) -> Server:
        self.starts += 1
        return Server(self.name, self._command, self._folder / f"{self.name}-{self.starts}.log")


class Installation:
    """A server, and the workers that it needs."""

    def __init__(self, environment: Mapping[str, str], folder: Path, workers: int) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        serving = Process("server", ("serve", "--port", str(port)), environment, folder)
        working = [Process(f"worker{number}", ("worker",), environment, folder) for number in range(workers)]
        self.processes = [serving, *working]
        wait_until(self.answers, START_SECONDS, "the server answers")

    def is_ready(self) -> bool:
        """Return whether the server says that everything that it needs answers."""
        return ask(f"{self.url}/readyz")[0] == 200

    def answers(self) -> bool:
        """Return whether the server answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Tell all processes to end."""
        for process in self.processes:
            process.stop()


def ask(url: str, body: object = None) -> tuple[int, Any]:
    """Return the status and body of an answer, which must come soon."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def is_settled(url: str, key: str) -> bool:
    """Return whether no contact, list, index or import waits, as the service itself tells."""
    status, told = ask(f"{url}/pipeline/v1/status?hapikey={key}")
    if status != 200 or told["contacts"]["waiting"] or told["lists"] or told["index"]["rebuild"]:
        return False
    return all(row["state"] != "PROCESSING" for row in ask(f"{url}/imports/v1?hapikey={key}")[1]["imports"])
