"""Progress on stderr, so that what a command prints on stdout can be used by others; no bar where nobody watches."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """A progress bar of one task."""

    def __init__(self, progress: Progress, label: str, total: int) -> None:
        """Show `label` beside a bar of `total` steps."""
        self._progress = progress
        self._task = progress.add_task(label, total=total)

    def reach(self, done: int, total: int | None = None) -> None:
        """Show that `done` steps are done; a `total` replaces the one so far."""
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Bar]:
    """Yield a bar that stays while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, label, total)
