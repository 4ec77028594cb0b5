"""Writes a form as plain HTML to be put into any page: it needs no script to be sent, and one to tell who sends it."""

from typing import Any

from jinja2 import Environment, PackageLoader

_KINDS = {"email": "email", "phone": "tel", "mobilephone": "tel", "website": "url", "number": "number", "date": "date"}
_TEMPLATE = Environment(loader=PackageLoader("service"), autoescape=True).get_template("embedded_form.html")


def embedded_code(address: str, form: dict[str, Any]) -> str:
    """Return the HTML of a form that is sent to `address`; `form` is the wire's object with its fields."""
    return _TEMPLATE.render(address=address, form=form, kinds=_KINDS)
