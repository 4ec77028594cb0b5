"""Threads that deliver webhooks beside all other background work, so that an address that hangs holds up nothing.

Addresses that failed last have threads of their own: however many of them hang, those that answer are served.
"""

import threading
from queue import SimpleQueue

import structlog
from sqlalchemy.exc import SQLAlchemyError

from indexer.runtime import Runtime
from indexer.webhooks.deliver import deliver
from records import deliveries
from records.deliveries import Key
from records.errors import SubscriptionMissing

log = structlog.get_logger()

THREADS = 8
PERIOD_SECONDS = 1.0
STOP_SECONDS = 2.0


class DeliveryThreads:
    """Looks for subscriptions with something to send, at every wake-up and every second, and works on each once."""

    def __init__(self) -> None:
        """Begin without threads."""
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._queues: dict[bool, SimpleQueue[Key]] = {False: SimpleQueue(), True: SimpleQueue()}
        self._busy: set[Key] = set()
        self._lock = threading.Lock()
        self._looker: threading.Thread | None = None

    def start(self, runtime: Runtime) -> None:
        """Begin to work for this runtime; threads for sending begin with the first thing to send."""
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

    def _look(self, runtime: Runtime) -> None:
        crews: set[bool] = set()
        while not self._stopping.is_set():
            self._woken.clear()
            for key, failing in self._due(runtime):
                if failing not in crews:
                    crews.add(failing)
                    self._hire(runtime, failing)
                self._queues[failing].put(key)
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

    def _hire(self, runtime: Runtime, failing: bool) -> None:
        for _ in range(THREADS):
            arguments = (runtime, self._queues[failing])
            threading.Thread(target=self._work, args=arguments, name="delivery", daemon=True).start()

    def _work(self, runtime: Runtime, queue: "SimpleQueue[Key]") -> None:
        while not self._stopping.is_set():
            key = queue.get()
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
