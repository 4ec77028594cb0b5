"""Gives tests a small disk that can be full. Only root may mount one; elsewhere it is not to be had."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import Unavailable


class SmallDisk:
    """A file system in memory, and a file that takes up what is left of it."""

    def __init__(self, path: Path) -> None:
        """Use the file system mounted at `path`."""
        self.path = path
        self._ballast = path / "ballast"

    def fill(self, spare: int) -> None:
        """Take up all room but `spare` bytes."""
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.room - spare)

    def make_room(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    @property
    def room(self) -> int:
        """How many bytes are left."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[SmallDisk]:
    """Mount a disk of `size` bytes at `path`, which is made. Raises Unavailable where that is not allowed."""
    path.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs"]
    try:
        mounted = subprocess.run(["mount", *options, str(path)], capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Unavailable("needs the program mount") from error
    if mounted.returncode:
        raise Unavailable(f"needs the right to mount a file system: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
