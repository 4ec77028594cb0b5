"""Serves HTTP with gunicorn, started from here so that its settings stand in one place."""

import socket
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from indexer.runtime import Runtime
from indexer.settings import Settings
from service.app import create_app, create_runtime
from service.cli.context import data_option, open_runtime, settings_in_force
from service.cli.failures import ServerFailed
from service.cli.request_lines import take_letters_as_they_are
from service.streaming import EXTENSION, MAX_CLIENTS, Hub
from service.turns import Turns

TURNS = 8
"""Requests that a process works on at once; clients of streams wait in further threads, so that they hold up nobody."""

OPTIONS = {
    "worker_class": "gthread",
    "threads": TURNS + MAX_CLIENTS,
    "timeout": 60,
    "graceful_timeout": 5,
    "limit_request_line": 0,  # a batch read names 100 e-mails in its address
    "accesslog": None,
    "errorlog": "-",
    "loglevel": "warning",
    "control_socket_disable": True,
}


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; one with SQLite."
)
def serve(host: str, port: int, processes: int) -> None:
    """Serve the API until told to stop (Ctrl-C, SIGTERM). Requests under way are finished first.

    \b
    Examples:
      contacts serve
      contacts serve --host 0.0.0.0 --port 80 --processes 4
    """
    settings = settings_in_force()
    if processes > 1 and settings.database_url.startswith("sqlite"):
        problem = f"{processes} processes cannot share SQLite; use 1, or the server set-up (see `contacts doctor`)"
        raise click.BadParameter(problem, param_hint="--processes")
    _check_port(host, port)
    with open_runtime(settings):
        """Whatever would stop the start is told here, before there are processes."""
    _run(Server(settings, _address(host, port), processes))


class Server(BaseApplication):
    """gunicorn with our settings: each of its processes has a running whole of its own."""

    def __init__(self, settings: Settings, address: str, processes: int) -> None:
        """Listen at `address` (HOST:PORT) with that many processes."""
        self._settings = settings
        self._address = address
        self._processes = processes
        self._runtime: Runtime | None = None
        self._hub: Hub | None = None
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        take_letters_as_they_are()
        hooks = {"when_ready": self._tell_address, "post_worker_init": self._watch, "worker_exit": self._stop}
        place = {"bind": self._address, "workers": self._processes}
        for name, value in {**OPTIONS, **place, **hooks}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; gunicorn calls this in each process it has made."""
        self._runtime = create_runtime(self._settings)
        app = create_app(self._runtime)
        self._hub = app.extensions[EXTENSION]
        app.wsgi_app = Turns(app.wsgi_app, TURNS)  # type: ignore[method-assign]
        return app

    def _tell_address(self, _arbiter: Any) -> None:
        click.echo(f"listening at http://{self._address} (Ctrl-C stops)")

    def _watch(self, worker: Any) -> None:
        """Have streams end as soon as their process is told to stop; gunicorn calls this when it is ready to serve."""
        if self._hub is not None:
            self._hub.stopping = lambda: not worker.alive

    def _stop(self, _arbiter: Any, _worker: Any) -> None:
        """End a process's background work; gunicorn calls this in the process that ends."""
        if self._runtime is not None:
            self._runtime.jobs.close()
            self._runtime.engine.close()
            self._runtime.database.close()


def _run(server: Server) -> None:
    try:
        server.run()
    except SystemExit as end:
        if end.code:
            raise ServerFailed("the server stopped; its last words stand above") from end


def _check_port(host: str, port: int) -> None:
    """Raise click.BadParameter where nobody can listen; gunicorn would try again and again."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        problem = f"cannot listen at {_address(host, port)}: {error.strerror}; choose another --host or --port"
        raise click.BadParameter(problem, param_hint="--port") from None


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
