"""Threads that deliver webhooks beside all other background work, so that an address that hangs holds up nothing.

An address holds one thread at most, and another thread is hired when all are at work: however many hang at once, those
that answer are served. Addresses that failed last have threads of their own.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

import structlog
from sqlalchemy.exc import SQLAlchemyError

from indexer.runtime import Runtime
from indexer.webhooks.deliver import deliver
from records import deliveries
from records.deliveries import Key
from records.errors import SubscriptionMissing

log = structlog.get_logger()

THREADS = 128
"""Addresses that may hang at once before others wait for the end of an attempt; a thread that waits costs little."""

PERIOD_SECONDS = 1.0
STOP_SECONDS = 2.0


class DeliveryThreads:
    """Looks for subscriptions with something to send, at every wake-up and every second, and works on each once."""

    def __init__(self) -> None:
        """Begin without threads."""
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._busy: set[Key] = set()
        self._lock = threading.Lock()
        self._crews: dict[bool, _Crew] = {}
        self._looker: threading.Thread | None = None

    def start(self, runtime: Runtime) -> None:
        """Begin to work for this runtime; threads for sending begin with something to send."""
        self._crews = {failing: _Crew(lambda key: self._work(runtime, key)) for failing in (False, True)}
        self._looker = threading.Thread(target=self._look, args=(runtime,), name="deliveries", daemon=True)
        self._looker.start()

    def wake(self) -> None:
        """Look for something to send at once."""
        self._woken.set()

    def close(self) -> None:
        """Stop looking; attempts under way end with the process and are made again."""
        self._stopping.set()
        self._woken.set()
        if self._looker is not None:
            self._looker.join(STOP_SECONDS)
        for crew in self._crews.values():
            crew.dismiss()

    def _look(self, runtime: Runtime) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            for key, failing in self._due(runtime):
                self._crews[failing].give(key)
            self._woken.wait(PERIOD_SECONDS)

    def _due(self, runtime: Runtime) -> list[tuple[Key, bool]]:
        """Return what is due and nobody in this process works on, and take it for worked on."""
        try:
            with runtime.database.read() as session:
                found = deliveries.due(session)
        except SQLAlchemyError as error:
            log.warning("the records cannot be read, webhooks wait for a second", error=str(error))
            return []
        with self._lock:
            free = [(key, failing) for key, failing in found if key not in self._busy]
            self._busy.update(key for key, _ in free)
        return free

    def _work(self, runtime: Runtime, key: Key) -> None:
        progressed = False
        try:
            progressed = not self._stopping.is_set() and deliver(runtime, key)
        except SubscriptionMissing:
            log.info("a subscription was removed while it was worked on", portal=key[0], subscription=key[1])
        except Exception:
            log.exception("a delivery failed here; it is tried again", portal=key[0], subscription=key[1])
        with self._lock:
            self._busy.discard(key)
        if progressed:
            self._woken.set()


class _Crew:
    """Threads that work off one queue; while all are at work, what comes hires another, up to THREADS.

    The standard library's pool will not do: a process that ends waits for its threads, however long their work takes.
    """

    def __init__(self, work: Callable[[Key], None]) -> None:
        """Take what is done with each thing that is given; it must not raise."""
        self._work = work
        self._queue: SimpleQueue[Key | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._hired = 0
        self._idle = 0

    def give(self, key: Key) -> None:
        """Have something worked on, at once unless all threads that there may be are at work."""
        with self._lock:
            self._idle -= 1
            if self._idle < 0 and self._hired < THREADS:
                self._hire()
        self._queue.put(key)

    def dismiss(self) -> None:
        """Have every thread end after what it is at."""
        for _ in range(self._hired):
            self._queue.put(None)

    def _hire(self) -> None:
        """Begin another thread; where the system allows no more, what was given waits for those that there are."""
        try:
            threading.Thread(target=self._run, name="delivery", daemon=True).start()
        except RuntimeError as error:
            log.warning("no thread to send with, webhooks wait for one that is at work", error=str(error))
        else:
            self._hired += 1
            self._idle += 1

    def _run(self) -> None:
        while (key := self._queue.get()) is not None:
            self._work(key)
            with self._lock:
                self._idle += 1
