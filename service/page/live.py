"""What keeps the page up to date: the column of joins and leaves, and the lists' sizes, as they are now."""

from flask import render_template

from service.page.base import blueprint
from service.page.frame import lists_beside, moves_beside


@blueprint.get("/page/news")
def news() -> str:
    """Show the two columns anew."""
    return render_template("news.html", **lists_beside(), **moves_beside())
