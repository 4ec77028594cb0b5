"""What memory processes hold, as Linux tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

from tests.support.process import Server

KIB_PER_MIB = 1024


def resident_mib(server: Server) -> float:
    """Return the VmRSS of the largest process that a server consists of, in MiB; 0 when it has ended."""
    return max((_resident_kib(pid) for pid in _group(server.process.pid)), default=0) / KIB_PER_MIB


def _group(leader: int) -> Iterator[int]:
    """Yield the processes of a group; each server has one of its own."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _group_of(int(entry.name)) == leader:
            yield int(entry.name)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _resident_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
