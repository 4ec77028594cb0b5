"""Pinning contacts into smart lists and out of them; ours."""

from flask import Response, g

from records import pins
from service.blueprints import ApiBlueprint
from service.refusals import ApiError, shown
from service.replies import nothing
from service.transactions import write

blueprint = ApiBlueprint("pins", "Contacts that are in a smart list, or out of it, whatever its criteria say")

PATH = "/contacts/v1/lists/<id('listId'):list_id>/pins/<direction>/<id('vid'):vid>"


@blueprint.put(PATH)
@blueprint.response(204)
def pin(list_id: int, direction: str, vid: int) -> Response:
    """Pin a contact into a smart list or out of it, in place of the opposite pin, until the pin is taken away."""
    write(lambda session: pins.pin(session, g.portal_id, list_id, vid, _checked(direction)))
    return nothing()


@blueprint.delete(PATH)
@blueprint.response(204)
def unpin(list_id: int, direction: str, vid: int) -> Response:
    """Take a pin away, so that the criteria decide again."""
    write(lambda session: pins.unpin(session, g.portal_id, list_id, vid, _checked(direction)))
    return nothing()


def _checked(direction: str) -> str:
    if direction not in (pins.IN, pins.OUT):
        raise ApiError(400, f"direction: {shown(direction)} is no way to pin a contact; send in or out")
    return direction
