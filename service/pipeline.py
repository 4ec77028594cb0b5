"""How far background work is behind the records, for the portal that asks: its contacts, lists, imports, index and
verification.

Queues are shared by all portals, so they are told to operators only (`contacts status`).
"""

from typing import Any

from flask import Response, g

from records.progress import ImportWork, ListWork, PortalState, Progress, read_portal
from service.blueprints import ApiBlueprint
from service.replies import reply
from service.schemas.pipeline import PipelineStatus
from service.transactions import read

blueprint = ApiBlueprint("pipeline", "How far background work is behind")


@blueprint.get("/pipeline/v1/status")
@blueprint.response(200, PipelineStatus)
def show_status() -> Response:
    """Show what waits to be indexed, how far lists, imports and the index are, and what verification found."""
    return reply({"portalId": g.portal_id, **_state(read_portal(read(), g.portal_id))})


def _state(state: PortalState) -> dict[str, Any]:
    waiting, index, verification = state.waiting, state.index, state.verification
    return {
        "contacts": {
            "waiting": waiting.contacts,
            "oldestMs": waiting.oldest_ms,
            "inWork": waiting.in_work,
            "parked": waiting.parked,
        },
        "clock": {"behindMs": state.clock_behind_ms},
        "lists": [_list(work) for work in state.lists],
        "imports": [_import(work) for work in state.imports],
        "index": {
            "live": index.live if index else None,
            "building": index.building if index else None,
            "former": index.retired if index else None,
            "rebuild": _work(state.rebuild) if state.rebuild else None,
        },
        "verification": {
            **_work(state.verifying),
            "verifiedAt": verification.verified_at,
            "driftFound": verification.drift_found,
            "driftRepaired": verification.drift_repaired,
        },
    }


def _list(work: ListWork) -> dict[str, Any]:
    row = work.row
    named = {"listId": row.list_id, "name": row.name, "processing": row.state, "error": row.error}
    return {**named, **_work(work.progress)}


def _import(work: ImportWork) -> dict[str, Any]:
    return {"importId": work.row.import_id, "name": work.row.name, **_work(work.progress)}


def _work(progress: Progress) -> dict[str, Any]:
    return {"progress": round(progress.share, 4), "etaMs": progress.eta_ms, "running": progress.running}
