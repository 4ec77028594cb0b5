"""Background work of the server set-up, on RQ. The only module that knows RQ.

A job is a wake-up and nothing more: what must be done stands in the records, so losing every job only delays the work
until the worker's next look, a second later. A flag in Redis keeps unanswered wake-ups from piling up.

There is a queue for each kind of work, and a job gives way after every piece as soon as another waits that is as
urgent: a rebuild delays a join by a page at most, and one portal's import delays another's by a batch. Joins and leaves
have every other turn and the other kinds share the rest, so that a stream of writes keeps no list from being filled.

A Redis that is gone, or hangs, delays no request and ends no worker.
"""

import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from sqlalchemy.exc import SQLAlchemyError

from indexer import redis_links, tasks
from indexer.runtime import KINDS, Kind, Runtime
from indexer.webhooks.threads import DeliveryThreads

log = structlog.get_logger()

FLAG_MS = 5_000
GATHER_SECONDS = 0.05
"""From one drain of a portal to the next: a stream of writes is worked off in batches, not one by one."""

TURN_SECONDS = 2.0
PERIOD_SECONDS = 1.0
JOB_TIMEOUT_SECONDS = 180
FAILED_SECONDS = 86_400
"""How long RQ keeps what it knows of a job that failed, for people; its work is found again within a second."""

WORKER_TTL_SECONDS = 20
"""A worker asks for jobs anew fifteen seconds before this is over, and takes a Redis that hangs for lost ten later."""

STOP_SECONDS = 7.0
"""How long the end of a worker waits for the job under way; leases of one that is cut off end by themselves."""


class RedisJobs:
    """Puts wake-ups on RQ's queues, one queue for each kind of work."""

    def __init__(self, url: str, prefix: str) -> None:
        """Use the Redis at `url`; `prefix` keeps installations that share it apart. Connects on first use."""
        self.url = url
        self.redis = redis_links.connect(url)
        self._prefix = prefix
        self._pause = redis_links.Pause()
        self.deliveries: DeliveryThreads | None = None

    def wake(self, kind: Kind, portal_id: int) -> None:
        """Queue a wake-up unless one is waiting; a lost Redis is only logged, the worker looks every second anyway.

        Deliveries of a process that delivers itself need no queue.
        """
        if kind == "deliver" and self.deliveries is not None:
            self.deliveries.wake()
        elif self._pause.is_over:
            try:
                self._queue_wake_up(kind, portal_id)
            except RedisError as error:
                if self._pause.begin():
                    log.warning("no wake-ups, work waits until Redis is back", error=str(error))

    def queue(self, kind: Kind) -> Queue:
        """Return the queue of a kind of work."""
        return Queue(f"{self._prefix}-{kind}", connection=self.redis, serializer="json")

    def depths(self) -> dict[Kind, int]:
        """Return how many wake-ups wait, by kind; raises redis.exceptions.RedisError."""
        return {kind: self.queue(kind).count for kind in KINDS}

    def is_wanted_for(self, kind: Kind) -> bool:
        """Return whether a job of this kind, or a more urgent one, waits; raises redis.exceptions.RedisError."""
        return any(self.queue(rival).count for rival in KINDS[: KINDS.index(kind) + 1])

    def answer(self, kind: Kind, portal_id: int) -> None:
        """Take the flag down before looking for work, so that what is written from now on wakes anew."""
        self.redis.delete(self._flag(kind, portal_id))

    def ping(self) -> None:
        """Raise redis.exceptions.RedisError unless Redis answers."""
        self.redis.ping()

    def close(self) -> None:
        """Give back connections."""
        self.redis.close()

    def _queue_wake_up(self, kind: Kind, portal_id: int) -> None:
        if self.redis.set(self._flag(kind, portal_id), 1, nx=True, px=FLAG_MS):
            self.queue(kind).enqueue_call(
                run,
                args=(kind, portal_id),
                timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=FAILED_SECONDS,
            )

    def _flag(self, kind: Kind, portal_id: int) -> str:
        return f"{self._prefix}:woken:{kind}:{portal_id}"


class _Worker:
    """What jobs in this process work with; set once, before the first job."""

    runtime: Runtime
    jobs: RedisJobs
    stopping: threading.Event
    drained: dict[int, float]


class FairWorker(SimpleWorker):
    """Serves the queues so that none starves, and ends in time when it is told to, even where an engine hangs.

    What it leaves is done again by others.
    """

    max_connection_wait_time = PERIOD_SECONDS

    def reorder_queues(self, reference_queue: Queue) -> None:
        """Let the first queue have every other turn and the others the rest, one after the other; RQ calls this."""
        first = self.queues[0]
        others = [queue for queue in self._ordered_queues if queue != first]
        if reference_queue == first:
            self._ordered_queues = [*others, first]
        else:
            turn = others.index(reference_queue) + 1
            self._ordered_queues = [first, *others[turn:], *others[:turn]]

    def subscribe(self) -> None:
        """Listen to no commands of RQ's: workers are told by signals; RQ calls this as it begins."""

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Finish the job under way, or be cut off; RQ calls this at SIGTERM and Ctrl-C."""
        _Worker.stopping.set()
        cut = threading.Timer(STOP_SECONDS, os._exit, [1])
        cut.daemon = True
        cut.start()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def prepare(runtime: Runtime, jobs: RedisJobs) -> None:
    """Set what jobs in this process work with."""
    _Worker.runtime, _Worker.jobs, _Worker.stopping = runtime, jobs, threading.Event()
    _Worker.drained = {}


def run_worker(runtime: Runtime, jobs: RedisJobs) -> None:
    """Work for this runtime until the process is told to stop; the job under way is finished first."""
    prepare(runtime, jobs)
    tasks.look_over(runtime)
    jobs.deliveries = DeliveryThreads()
    jobs.deliveries.start(runtime)
    stopping = _Worker.stopping
    threading.Thread(target=_look_regularly, args=(runtime, jobs, stopping), daemon=True).start()
    try:
        with suppress(StopRequested):
            _serve([jobs.queue(kind) for kind in KINDS], jobs.url, stopping)
    finally:
        stopping.set()
        jobs.deliveries.close()


def _serve(queues: Sequence[Queue], url: str, stopping: threading.Event) -> None:
    """Serve the queues until told to stop; RQ's worker ends where Redis is lost under a job, and another one begins.

    Raises StopRequested where that comes between two of them.
    """
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _stop)
    while not stopping.is_set():
        try:
            with redis_links.connect(url) as connection:
                worker = FairWorker(queues, connection=connection, serializer="json", worker_ttl=WORKER_TTL_SECONDS)
                worker.work(logging_level="WARNING")
        except RedisError as error:
            if not stopping.is_set():
                log.warning("Redis is lost, looking again in a second", error=str(error))
        stopping.wait(PERIOD_SECONDS)


def _stop(_signal: int, _frame: Any) -> None:
    raise StopRequested


def run(kind: Kind, portal_id: int) -> None:
    """The job: do this kind of work until others wait or the turn is over, then wake whatever waits.

    Deliveries are only woken: they have threads of their own, in which an address that hangs delays nothing else.
    """
    jobs = _Worker.jobs
    if kind == "drain":
        _gather(portal_id)
    jobs.answer(kind, portal_id)
    if kind == "deliver":
        return jobs.wake(kind, portal_id)
    end = time.monotonic() + TURN_SECONDS
    progressed = False
    while tasks.step(_Worker.runtime, kind, portal_id):
        progressed = True
        if time.monotonic() > end or jobs.is_wanted_for(kind):
            break
    if progressed:
        wake_waiting(_Worker.runtime, jobs)


def _gather(portal_id: int) -> None:
    """Wait a moment where the portal has just been drained; the flag is up, so that writes meanwhile queue nothing."""
    since = time.monotonic() - _Worker.drained.get(portal_id, 0.0)
    _Worker.stopping.wait(GATHER_SECONDS - since)
    _Worker.drained[portal_id] = time.monotonic()


def wake_waiting(runtime: Runtime, jobs: RedisJobs) -> None:
    """Wake every kind of work that a portal waits for."""
    for kind, portal_id in tasks.waiting(runtime):
        jobs.wake(kind, portal_id)


def _look_regularly(runtime: Runtime, jobs: Any, stopping: threading.Event) -> None:
    while not stopping.wait(PERIOD_SECONDS):
        try:
            wake_waiting(runtime, jobs)
        except SQLAlchemyError as error:
            log.warning("the records cannot be read, looking again in a second", error=str(error))
