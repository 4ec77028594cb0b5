"""Instants in templates: in UTC as text, and as machines read them, from which the script tells local time."""

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from service.page.base import blueprint

_TIME = Markup('<time datetime="{}">{}</time>')


@blueprint.app_template_filter("moment")
def moment(milliseconds: Any) -> str:
    """Return a time element for milliseconds since the epoch; what no calendar has stays as it is."""
    try:
        instant = datetime.fromtimestamp(int(milliseconds) / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)
    return _TIME.format(instant.isoformat(timespec="milliseconds"), f"{instant:%-d %b %Y, %H:%M} UTC")
