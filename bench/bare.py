"""The baseline of look-ups: a Flask view that reads one row and does nothing else, under gunicorn as `contacts serve`.

python -m bench.bare DATABASE_URL PORT
"""

import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import create_engine, select

from records.models import Contact
from service.cli.serve import OPTIONS


def create_app(database_url: str) -> Flask:
    """Return the application with its one view."""
    app = Flask("bare")
    engine = create_engine(database_url)

    @app.get("/<int:portal_id>/<int:vid>")
    def show(portal_id: int, vid: int) -> dict[str, Any]:
        statement = select(*Contact.__table__.columns).where(Contact.portal_id == portal_id, Contact.vid == vid)
        with engine.connect() as connection:
            return dict(connection.execute(statement).one()._mapping)

    return app


class BareServer(BaseApplication):
    """gunicorn with the product's own settings and the bare application."""

    def __init__(self, database_url: str, port: int) -> None:
        """Serve the database at a port of the loopback address."""
        self._database_url = database_url
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        for name, value in {**OPTIONS, "bind": f"127.0.0.1:{self._port}", "workers": 1}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return create_app(self._database_url)


if __name__ == "__main__":
    BareServer(sys.argv[1], int(sys.argv[2])).run()
