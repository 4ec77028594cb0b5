"""Tells whether a Docker engine answers: the client alone, without an engine, is common and useless."""

import os
import socket
from functools import cache

DEFAULT_HOST = "unix:///var/run/docker.sock"


@cache
def docker_answers() -> bool:
    """Say whether a Docker engine can be used; asked once a test run.

    A DOCKER_HOST on another machine is believed unasked: whoever set it wants to hear that it is down.
    """
    scheme, _, path = os.environ.get("DOCKER_HOST", DEFAULT_HOST).partition("://")
    if scheme != "unix":
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(3.0)
        return probe.connect_ex(path) == 0
