"""Starts and stops server processes for tests so that none outlives the test run, however the run ends.

Three nets: the fixture stops its server; `atexit` stops what a fixture left; and on Linux the kernel signals
the server when the test run itself is killed. A server gets a process group of its own, so that Ctrl-C
reaches only the test run, which then stops the servers in order.
"""

import atexit
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.wait import wait_until

STOP_SECONDS = 15.0
LOG_TAIL_CHARACTERS = 3000
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in linux/prctl.h

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Unavailable(Exception):
    """A server is not to be had on this machine; the message is the reason that a skipped test shows."""


class Server:
    """One running server process with its own process group and a log file that failures quote."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        user: int | None = None,
    ) -> None:
        """Start `command`, writing its output to `log`.

        `stop_signal` asks the server to end (PostgreSQL needs SIGINT not to wait for its clients); `user` is
        the number of the system user and group to run as, None for the current one.
        """
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=user,
                preexec_fn=self._die_with_parent,
            )
        atexit.register(self.stop)

    def wait_ready(self, answers: Callable[[], bool], timeout: float) -> None:
        """Wait up to `timeout` seconds until `answers` is true.

        Raises RuntimeError with the end of the log when the process ends before that.
        """
        wait_until(lambda: self._alive() and answers(), timeout, f"{self.name} answers (log: {self.log})")

    def stop(self) -> None:
        """End the process and everything it started; does nothing when it has ended."""
        atexit.unregister(self.stop)
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            self._kill_group()

    def _alive(self) -> bool:
        if self.process.poll() is None:
            return True
        tail = self.log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]
        raise RuntimeError(f"{self.name} ended with {self.process.returncode} while starting:\n{tail}")

    def _kill_group(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()

    def _die_with_parent(self) -> None:
        if _libc is not None:
            _libc.prctl(SET_PARENT_DEATH_SIGNAL, self.stop_signal)


def free_port() -> int:
    """Return a TCP port of the loopback address that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def port_answers(port: int) -> bool:
    """Say whether something accepts TCP connections on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def work_folder(name: str) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder for one server's files that the server's user can read; it is removed on leaving."""
    folder = tempfile.TemporaryDirectory(prefix=f"contacts-test-{name}-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)
    return folder
