"""The background thread of the embedded set-up."""

import threading

import structlog

from indexer import tasks
from indexer.runtime import Kind, Runtime
from indexer.webhooks.threads import DeliveryThreads

log = structlog.get_logger()

PERIOD_SECONDS = 1.0
STOP_SECONDS = 5.0
"""How long the end of a process waits for the piece of work under way; one that is cut off is done again."""


class ThreadJobs:
    """Runs background work in a thread of this process: at every wake-up, and every second in any case."""

    def __init__(self) -> None:
        self._deliveries = DeliveryThreads()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, runtime: Runtime) -> None:
        """Begin to work for this runtime; must be called in the process that serves, after any fork."""
        self._thread = threading.Thread(target=self._run, args=(runtime,), name="jobs", daemon=True)
        self._thread.start()
        self._deliveries.start(runtime)

    def wake(self, kind: Kind, portal_id: int) -> None:
        """Have the thread look for work at once; deliveries have threads of their own."""
        if kind == "deliver":
            self._deliveries.wake()
        else:
            self._woken.set()

    def close(self) -> None:
        """Stop after the piece of work that is under way, soon in any case; what is left stands in the records."""
        self._stopping.set()
        self._woken.set()
        self._deliveries.close()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self, runtime: Runtime) -> None:
        tasks.look_over(runtime)
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._work(runtime):
                self._woken.wait(PERIOD_SECONDS)

    def _work(self, runtime: Runtime) -> bool:
        """Do what waits, one piece each, and return whether anything was done."""
        try:
            waiting = [(kind, portal_id) for kind, portal_id in tasks.waiting(runtime) if kind != "deliver"]
            return any([self._step(runtime, kind, portal_id) for kind, portal_id in waiting])
        except Exception:
            log.exception("background work failed; it is tried again in a second")
            return False

    def _step(self, runtime: Runtime, kind: Kind, portal_id: int) -> bool:
        return not self._stopping.is_set() and tasks.step(runtime, kind, portal_id)
