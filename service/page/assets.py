"""The page's script, style and icon, served from this process: it works without the internet."""

from pathlib import Path

from flask import Response, send_from_directory

from service.page.base import blueprint, without_session

FOLDER = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@blueprint.get("/page/assets/<name>")
@without_session
def asset(name: str) -> Response:
    """Answer a file; browsers keep it and ask whether it has changed."""
    return send_from_directory(FOLDER, name, mimetype=TYPES.get(Path(name).suffix))
