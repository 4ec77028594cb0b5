"""The API's browsable page, served whole from this process: it works without the internet."""

import mimetypes

from flask import Blueprint, Response, send_from_directory, url_for
from swagger_ui_bundle import swagger_ui_path

blueprint = Blueprint("docs", __name__)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Contacts API</title>
<link rel="stylesheet" href="{style}">
<link rel="icon" href="{icon}">
</head>
<body>
<div id="page"></div>
<script src="{script}"></script>
<script src="{start}"></script>
</body>
</html>
"""
_START = (
    'SwaggerUIBundle({{url: "{specification}", dom_id: "#page", persistAuthorization: true, deepLinking: true}});\n'
)


@blueprint.get("/docs")
def page() -> Response:
    """Answer the page; it reads /openapi.json."""
    files = {"style": "swagger-ui.css", "icon": "favicon-32x32.png", "script": "swagger-ui-bundle.js"}
    links = {name: url_for("docs.asset", name=file) for name, file in files.items()}
    return Response(_PAGE.format(start=url_for("docs.start"), **links), mimetype="text/html")


@blueprint.get("/docs/start.js")
def start() -> Response:
    """Answer the script that shows the specification."""
    return Response(_START.format(specification=url_for("api-docs.openapi_json")), mimetype="text/javascript")


@blueprint.get("/docs/<name>")
def asset(name: str) -> Response:
    """Answer one file of swagger-ui's bundle."""
    return send_from_directory(swagger_ui_path, name, mimetype=mimetypes.guess_type(name)[0])
