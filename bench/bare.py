"""The baselines of look-ups and forms: Flask views that read or insert one row, under gunicorn as `contacts serve`.

python -m bench.bare DATABASE_URL PORT
"""

import sys
import uuid
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication
from sqlalchemy import create_engine, insert, select

from records.models import Contact, FormSubmission
from service.cli.serve import OPTIONS

NAMES = ("form_guid", "form_name", "page_url", "page_title", "page_id")
BLANK = {**dict.fromkeys(NAMES, ""), "submitted_at": 0, "details": {}}
"""What a row of a submission holds beside its key and what was sent."""


def create_app(database_url: str) -> Flask:
    """Return the application with its two views."""
    app = Flask("bare")
    engine = create_engine(database_url)

    @app.get("/<int:portal_id>/<int:vid>")
    def show(portal_id: int, vid: int) -> dict[str, Any]:
        statement = select(*Contact.__table__.columns).where(Contact.portal_id == portal_id, Contact.vid == vid)
        with engine.connect() as connection:
            return dict(connection.execute(statement).one()._mapping)

    @app.post("/<int:portal_id>")
    def take(portal_id: int) -> dict[str, Any]:
        row = {"portal_id": portal_id, "conversion_id": str(uuid.uuid4()), "fields": request.get_json()["fields"]}
        with engine.begin() as connection:
            connection.execute(insert(FormSubmission).values(**row, **BLANK))
        return {"inlineMessage": "Thanks"}

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
