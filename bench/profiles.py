"""Says where the time goes in a figure that misses its line: the same work in this process, under cProfile."""

import cProfile
import io
import pstats
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench.people import write_csv
from bench.service import Account, Service
from indexer import drain, rebuild, tasks
from indexer.imports.local import import_csv
from indexer.runtime import Runtime
from service.app import create_app, create_runtime
from tests.support.api import ApiClient, as_body
from tests.support.records import add_portal

REQUESTS = 300
ROWS = 5_000
CALLS = 10
SHOWN = 22
FIRST_COLUMNS = 90


def profile_requests(service: Service, key: str, paths: Sequence[str], body: bytes | None = None) -> str:
    """Return the profile of GET requests, of POST requests with a body, in the process and without a network."""
    with stopped(service) as runtime:
        client = create_app(runtime).test_client()
        headers = {"Authorization": f"Bearer {key}"}
        method = "GET" if body is None else "POST"
        asked = paths[:REQUESTS]
        return _profile(lambda: [client.open(path, method=method, data=body, headers=headers) for path in asked])


def profile_import(service: Service) -> str:
    """Return the profile of an import and of the indexing of what it wrote, one after the other."""
    path = service.folder / "profiled.csv"
    write_csv(path, ROWS)
    with stopped(service) as runtime:
        portal_id, _ = add_portal(runtime.database, "profiled")
        tasks.settle(runtime)

        def work() -> None:
            import_csv(runtime.database, portal_id, path, path.with_suffix(".outcomes"))
            tasks.settle(runtime)

        return _profile(work)


def profile_rebuild(service: Service, portal_id: int) -> str:
    """Return the profile of the first pages of a rebuild, which is then given back to the service."""
    with stopped(service) as runtime:
        rebuild.request(runtime, portal_id)
        return _profile(lambda: [rebuild.step(runtime, portal_id) for _ in range(CALLS)])


def profile_draining(service: Service, portal_id: int, prepare: Callable[[Runtime], object]) -> str:
    """Return the profile of a drain of the marks that `prepare` leaves behind."""
    with stopped(service) as runtime:
        prepare(runtime)
        return _profile(lambda: drain.drain_portal(runtime, portal_id))


def profile_writes(service: Service, account: Account, writes: Sequence[tuple[int, dict[str, str]]]) -> str:
    """Return the profile of writes (vid, values), each followed by the work that it asks for."""
    with stopped(service) as runtime:
        api = ApiClient(create_app(runtime).test_client(), account.key, account.portal_id)

        def work() -> None:
            for vid, values in writes:
                api.post(f"/contacts/v1/contact/vid/{vid}/profile", as_body(values), 204)
                tasks.settle(runtime)

        return _profile(work)


def profile_calls(call: Callable[[], object]) -> str:
    """Return the profile of a call that is made several times."""
    return _profile(lambda: [call() for _ in range(CALLS)])


@contextmanager
def stopped(service: Service) -> Iterator[Runtime]:
    """Stop the service, so that nobody else does the work, and yield a running whole without background work."""
    service.stop()
    runtime = create_runtime(service.settings)
    try:
        runtime.jobs.close()
        yield runtime
    finally:
        runtime.engine.close()
        runtime.database.close()
        service.start()


def _profile(work: Callable[[], object]) -> str:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("cumulative").print_stats(r"\.py", SHOWN)
    lines = [line[:FIRST_COLUMNS].rstrip() for line in text.getvalue().splitlines() if line.strip()]
    return "\n".join(lines)
