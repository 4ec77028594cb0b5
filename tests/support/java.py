"""Finds a Java development kit for a test engine: engines differ in the Java versions that they run on."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from glob import glob
from pathlib import Path

from tests.support.process import Unavailable

INSTALLED = (
    "/usr/lib/jvm/*",
    "/opt/*jdk*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)


def find_java(minimum: int, maximum: int | None = None) -> Path:
    """Return the `java` program of the newest installed kit whose major version lies in `minimum`..`maximum`.

    Looks at JAVA_HOME, the PATH and the folders where kits are installed. A kit without a compiler (a JRE)
    does not count, since the node is started from its source file. Raises Unavailable naming what was wanted
    and what was found.
    """
    found = {version: home for home in _homes() if (version := _major(home)) is not None}
    fitting = [version for version in found if version >= minimum and (maximum is None or version <= maximum)]
    if not fitting:
        wanted = f"{minimum}" if maximum == minimum else f"{minimum} or newer"
        have = ", ".join(str(version) for version in sorted(found)) or "none"
        raise Unavailable(f"needs a JDK {wanted} (set JAVA_HOME or install one); found: {have}")
    return found[max(fitting)] / "bin" / "java"


def _homes() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent
    for pattern in INSTALLED:
        yield from (Path(match) for match in sorted(glob(str(Path(pattern).expanduser()))))


@cache
def _major(home: Path) -> int | None:
    """Return the major version of the kit in this folder, or None where there is no whole kit."""
    if not (home / "bin" / "javac").exists():
        return None
    command = [str(home / "bin" / "java"), "-version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    match = re.search(r'version "(?:1\.)?(\d+)', printed.stderr)
    return int(match.group(1)) if match else None
