"""Keeps a number of processes at work: one that dies is started again, and all stop when this one is told to."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""How often it is seen whether one has died; also the pause before it is started again."""

STOP_SECONDS = 8.0
"""How long the ends of all processes are waited for; leases of one that is cut off end by themselves."""


def run_pool(number: int, work: Callable[..., None], *arguments: Any) -> None:
    """Run `work` in that many processes until SIGTERM or Ctrl-C, which is passed on as SIGTERM; `work` must heed it."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    processes = [_start(work, arguments) for _ in range(number)]
    try:
        while not stopping.wait(LOOK_SECONDS):
            processes = [_kept(process, work, arguments) for process in processes]
    finally:
        _end(processes)
        for name, handler in before.items():
            signal.signal(name, handler)


def _start(work: Callable[..., None], arguments: tuple[Any, ...]) -> SpawnProcess:
    process = get_context("spawn").Process(target=_run, args=(work, arguments))
    process.start()
    return process


def _kept(process: SpawnProcess, work: Callable[..., None], arguments: tuple[Any, ...]) -> SpawnProcess:
    if process.is_alive():
        return process
    log.warning("a worker process died and is started again", code=process.exitcode)
    return _start(work, arguments)


def _end(processes: list[SpawnProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(STOP_SECONDS)
        process.kill()


def _run(work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Work in a session of its own, so that Ctrl-C reaches the parent alone, and end with the parent."""
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(*arguments)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
