"""Long duels: `python -m tests.agreement --trees 100000`, or `make duel N=100000`."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from indexer.engines.embedded import EmbeddedEngine
from records.session import Database
from tests.agreement.duel import differences, told
from tests.agreement.judges import ElasticJudge, EmbeddedJudge, Judge
from tests.agreement.random_trees import make_round
from tests.support.engine import NODES, local_node
from tests.support.process import work_folder

EMBEDDED = "embedded"
ENGINES = (EMBEDDED, *NODES)
TREES = 1_000
CONTACTS = 100
JAVA_FLAGS = ("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC")


@click.command()
@click.option("--trees", type=click.IntRange(1), default=10_000, show_default=True, help="Random filters an engine.")
@click.option("--engine", "engines", multiple=True, type=click.Choice(ENGINES), help="Engine, all when not given.")
@click.option("--seed", type=int, help="Of the first round, drawn when not given; each further round adds one.")
def main(trees: int, engines: Sequence[str], seed: int | None) -> None:
    """Ask random filters of random contacts, and compare every engine with the definition.

    A round is 1,000 filters asked of each of 100 contacts. The exit code is 1 when an answer differs; the differences
    of that round are then made small and told.
    """
    first = secrets.randbelow(1_000_000) if seed is None else seed
    for name in engines or ENGINES:
        click.echo(f"{name}: {trees:,} filters, {CONTACTS} contacts each, first seed {first}")
        with judge_of(name) as judge:
            fight(judge, trees, first)


def fight(judge: Judge, trees: int, first: int) -> None:
    """Fight round by round; raises SystemExit(1) after one with differences."""
    start = time.perf_counter()
    for done in range(0, trees, TREES):
        seed = first + done // TREES
        count = min(TREES, trees - done)
        found = differences(judge, make_round(seed, count, CONTACTS))
        seconds = time.perf_counter() - start
        fought = done + count
        click.echo(f"  seed {seed}: {fought:,} filters, {seconds:.0f} s, {fought / seconds:.0f}/s, {len(found)} differ")
        if found:
            click.echo(told(judge, found))
            raise SystemExit(1)


@contextmanager
def judge_of(name: str) -> Iterator[Judge]:
    """Run an engine and give its judge; raises tests.support.process.Unavailable."""
    if name == EMBEDDED:
        with work_folder("duel") as folder:
            database = Database(f"sqlite:///{Path(folder) / 'contacts.sqlite3'}")
            yield EmbeddedJudge(EmbeddedEngine(database))
            database.close()
        return
    with local_node(name, JAVA_FLAGS) as url:
        judge = ElasticJudge(url, "duel", scans=False)
        yield judge
        judge.close()


if __name__ == "__main__":
    main()
