"""Turns what a visitor sent into a submission, whichever of the ways in it came by.

What no contact can take – an unknown field, a read-only one, a value of another type, a blank – stays with the
submission and changes no contact, because a visitor cannot be asked again.
"""

import ipaddress
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from queries.catalogue import Catalogue
from queries.values import EMAIL, MAX_LENGTH, InvalidValue, check_value
from queries.visits import visit_values
from records.submissions import Submission
from service.refusals import BadInput

MAX_FIELDS = 1_000
MAX_NAME = 250
MAX_PAGE = 2_000
IP_ADDRESS = "ipaddress"
CREDENTIALS = frozenset({"hapikey", "access_token"})
"""Names that old clients add to whatever they send; they are no fields."""
BLANKS = frozenset({"", "--"})
"""Values that say nothing; `--` is what old forms send for an unchosen option."""

_TOKEN = re.compile(r"[0-9a-fA-F]{32}")

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a submission says about its visitor and page; what is not known, or is none, is empty."""

    token: str = ""
    ip_address: str = ""
    page_url: str = ""
    page_title: str = ""
    page_id: str = ""
    referrer: str = ""
    redirect: str = ""
    conversion_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def check_size(fields: Pairs) -> None:
    """Refuse more fields, and longer names and values, than a submission may have. Raises BadInput."""
    if len(fields) > MAX_FIELDS:
        raise BadInput("fields", len(fields), "are too many", f"send at most {MAX_FIELDS} fields")
    for name, value in fields:
        if len(name) > MAX_NAME:
            raise BadInput("fields", name, f"has {len(name)} characters", f"send a name of at most {MAX_NAME}")
        if len(value) > MAX_LENGTH:
            raise BadInput(name, value, f"has {len(value)} characters", f"send at most {MAX_LENGTH}")


def make_submission(
    form: tuple[str, str],
    fields: Pairs,
    context: Context,
    catalogue: Catalogue,
    submitted_at: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Submission:
    """Return the submission of a form (guid, name).

    Fields fill the property of their name, in any case; `names` are further folded names of properties.
    """
    values, labels = _values(fields, catalogue, names or {})
    if context.ip_address:
        values[IP_ADDRESS] = context.ip_address
    return Submission(
        conversion_id=context.conversion_id or str(uuid.uuid4()),
        form_guid=form[0],
        form_name=form[1],
        fields=[(storable(name), storable(value)) for name, value in fields],
        values=values,
        labels=labels,
        email=values.get(EMAIL, ""),
        token=context.token,
        submitted_at=submitted_at,
        page_url=context.page_url,
        page_title=context.page_title,
        page_id=context.page_id,
        visit=_visit(context) if context.token else {},
        details={"ipAddress": context.ip_address, **context.details},
    )


def lenient_context(given: Mapping[str, Any], consent: Mapping[str, Any] | None = None) -> Context:
    """Return a context by the wire's names (contract S5.2); what cannot be understood counts as not sent.

    `consent` is what the visitor agreed to.
    """
    further = {name: _line(given[name]) for name in _FURTHER if given.get(name)}
    return Context(
        token=known_token(given.get("hutk")),
        ip_address=known_address(given.get("ipAddress")),
        page_url=_line(given.get("pageUrl") or given.get("pageUri")),
        page_title=_line(given.get("pageName")),
        page_id=_line(given.get("pageId")),
        referrer=_line(given.get("referrer")),
        redirect=_line(given.get("redirectUrl")),
        conversion_id=_conversion_id(given.get("conversionId")),
        details={**further, "legalConsentOptions": consent} if consent else further,
    )


def known_token(value: Any) -> str:
    """Return a visitor's token, "" for what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return text.lower() if _TOKEN.fullmatch(text) else ""


def known_address(value: Any) -> str:
    """Return an IP address, "" for what is none, or is one of a zone, which may be any text."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        return "" if "%" in text else str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def storable(text: str) -> str:
    """Return a text without what the databases cannot hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


_FURTHER = ("sfdcCampaignId", "goToWebinarWebinarKey")


def _visit(context: Context) -> dict[str, str]:
    """Return where the visitor came from; what an address holds encoded need not be storable."""
    return {name: storable(value) for name, value in visit_values(context.page_url, context.referrer).items()}


def _values(fields: Pairs, catalogue: Catalogue, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return property -> value, and property -> the name under which it was sent."""
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    for label, texts in _grouped(fields).items():
        folded = label.strip().lower()
        name = names.get(folded, folded)
        value = _value(catalogue, name, texts)
        if value:
            values[name], labels[name] = value, storable(label)
    return values, labels


def _grouped(fields: Pairs) -> dict[str, list[str]]:
    """Return name -> its values: a group of boxes sends its name once for each that is ticked."""
    found: dict[str, list[str]] = {}
    for name, value in fields:
        if value.strip() not in BLANKS:
            found.setdefault(name, []).append(value)
    return found


def _value(catalogue: Catalogue, name: str, texts: Sequence[str]) -> str:
    definition = catalogue.get(name)
    if definition is None or definition.read_only:
        return ""
    try:
        return check_value(definition, ";".join(texts) if definition.multiple else texts[-1])
    except InvalidValue:
        return ""


def _line(value: Any) -> str:
    return storable(value.strip())[:MAX_PAGE] if isinstance(value, str) else ""


def _conversion_id(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def pairs(given: Iterable[tuple[str, str]], leave_out: frozenset[str]) -> list[tuple[str, str]]:
    """Return the pairs (name, value) of a query or body without those of some names."""
    return [(name, value) for name, value in given if name not in leave_out]
