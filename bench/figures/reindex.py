"""How long `contacts reindex` takes beside raw bulk of the same documents, and whether anything is lost meanwhile."""

import time

from bench.figures import raw_load, raw_rows, traffic
from bench.figures.imports import Loaded
from bench.figures.traffic import READS_A_SECOND, WRITES_A_SECOND, Traffic
from bench.profiles import profile_rebuild
from bench.results import Result
from bench.service import CONTACTS, EMBEDDED, SERVER, command_failed

NAME = "reindex"
TIMES = 2.0
BASELINES = {SERVER: "bulk of the same documents", EMBEDDED: "inserts of the same rows by SQLite alone"}


def measure(loaded: Loaded) -> list[Result]:
    """Return the time of a rebuild with nothing else going on, and what became of traffic beside another one."""
    bare = raw_load if loaded.service.setup == SERVER else raw_rows
    before = bare.seconds(loaded.service, loaded.account)
    quiet = run_reindex(loaded)
    result = _quiet(loaded, quiet, before)
    run_reindex(loaded, "--finish")
    with traffic.going_on(loaded) as beside:
        busy = run_reindex(loaded)
    run_reindex(loaded, "--finish")
    return [result, *_busy(loaded, beside, busy)]


def run_reindex(loaded: Loaded, *options: str) -> float:
    """Run `contacts reindex` and return the seconds until its end; raises RuntimeError where it fails."""
    start = time.perf_counter()
    portal = str(loaded.account.portal_id)
    command = loaded.service.run("reindex", *CONTACTS, "reindex", "--portal", portal, *options)
    if command.process.wait() != 0:
        raise RuntimeError(f"reindex failed: {command_failed(command)}")
    return time.perf_counter() - start


def _quiet(loaded: Loaded, seconds: float, raw: float) -> Result:
    """Hold the server set-up to its line; the embedded one, which is not sent anything, has none."""
    met = loaded.service.setup == EMBEDDED or seconds <= TIMES * raw
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"rebuilding the index of {loaded.count:,} contacts",
        ends="start of `contacts reindex` → its end, readers turned over; nothing else going on",
        measured=f"{seconds / raw:.1f}× ({seconds:.1f} s, {loaded.count / seconds:,.0f}/s)",
        baseline=f"{BASELINES[loaded.service.setup]}: {raw:.1f} s, {loaded.count / raw:,.0f}/s",
        line=f"≤ {TIMES:g}×" if loaded.service.setup == SERVER else "–",
        met=met,
        profile=loaded.explain(met, lambda: profile_rebuild(loaded.service, loaded.account.portal_id)),
    )


def _busy(loaded: Loaded, beside: Traffic, seconds: float) -> list[Result]:
    client = loaded.service.client(loaded.account)
    counts = {
        "failed requests": (len(beside.failures), f"{beside.reads:,} reads, {beside.writes:,} writes"),
        "lost writes": (beside.lost(client), f"{len(beside.values):,} contacts written, by vid and by search"),
        "wrong memberships": (beside.wrong(client), f"{len(beside.values):,} contacts and the sizes of lists"),
    }
    ends = (
        f"{WRITES_A_SECOND} writes/s and {READS_A_SECOND} reads/s for the {seconds:.0f} s of a rebuild; "
        f"the longest write took {beside.longest_write:.0f} ms, the longest read {beside.longest_read:.0f} ms"
    )
    return [
        Result(
            bench=NAME,
            setup=loaded.service.setup,
            figure=f"{name} while the index of {loaded.count:,} contacts is rebuilt",
            ends=ends,
            measured=str(found),
            baseline=f"of {among}",
            line="0",
            met=found == 0,
            profile="\n".join(beside.failures[:5]) if name == "failed requests" else "",
        )
        for name, (found, among) in counts.items()
    ]
