"""Progress on stderr, so that what a command prints on stdout can be used by others; no bar where nobody watches."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """A progress bar of one task."""

    def __init__(self, progress: Progress, label: str, total: int) -> None:
        """Show `label` beside a bar of `total` steps."""
        self._interrupted = False
        self._progress = progress
        self._task = progress.add_task(label, total=total)

    def reach(self, done: int, total: int | None = None) -> None:
        """Show that `done` steps are done; a `total` replaces the one so far. Raises KeyboardInterrupt after Ctrl-C.

        Python forgets a Ctrl-C that comes while it runs a callback of its own, such as a weak reference's.
        """
        if self._interrupted:
            raise KeyboardInterrupt
        self._progress.update(self._task, completed=done, total=total)

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Remember Ctrl-C, and end what is under way at once where that can be."""
        self._interrupted = True
        raise KeyboardInterrupt


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Bar]:
    """Yield a bar that stays while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = Bar(progress, label, total)
        before = signal.signal(signal.SIGINT, bar.interrupt)
        try:
            yield bar
        finally:
            signal.signal(signal.SIGINT, before)
