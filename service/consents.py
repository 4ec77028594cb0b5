"""What a visitor agreed to with a form (`legalConsentOptions`, contract S5.3): checked, and kept as it was said."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.form_entries import storable

Json = dict[str, Any]
Problem = tuple[str, str, str]

MAX_COMMUNICATIONS = 100

_TEXTS = ("text", "legalBasis")
_SCALARS = ("consentToProcess", "value", "subscriptionTypeId")


def consent_problems(options: Any) -> Iterator[Problem]:
    """Yield what is wrong with the consent that a visitor gave."""
    if options is None:
        return
    place = "legalConsentOptions"
    kinds = [name for name in ("consent", "legitimateInterest") if isinstance(options, Mapping) and name in options]
    if len(kinds) != 1 or not isinstance(options[kinds[0]], Mapping):
        text = "Send one of the objects consent and legitimateInterest"
        yield place, text, "INVALID_LEGAL_OPTION_FORMAT"
    elif kinds == ["consent"]:
        yield from _given_consent(f"{place}.consent", options["consent"])
    elif not options["legitimateInterest"].get("text"):
        yield f"{place}.legitimateInterest.text", "It is missing; send what was shown", "INVALID_LEGAL_OPTION_FORMAT"


def _given_consent(place: str, consent: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(consent.get("consentToProcess"), bool):
        text = "It is missing; send whether the visitor agreed"
        yield f"{place}.consentToProcess", text, "MISSING_PROCESSING_CONSENT"
    if not consent.get("text"):
        yield f"{place}.text", "It is missing; send what was agreed to", "MISSING_PROCESSING_CONSENT_TEXT"
    communications = consent.get("communications") or []
    if not isinstance(communications, list) or not all(isinstance(each, Mapping) for each in communications):
        yield f"{place}.communications", "It is no list of objects; send one", "INVALID_LEGAL_OPTION_FORMAT"
        return
    if len(communications) > MAX_COMMUNICATIONS:
        text = f"There are more than {MAX_COMMUNICATIONS}; send at most {MAX_COMMUNICATIONS}"
        yield f"{place}.communications", text, "INVALID_LEGAL_OPTION_FORMAT"
        return
    for index, each in enumerate(communications):
        if not each.get("text"):
            where = f"{place}.communications[{index}].text"
            yield where, "It is missing; send what was agreed to", "MISSING_COMMUNICATION_CONSENT_TEXT"


def kept_consent(options: Any) -> Json:
    """Return what is kept of a consent that has been checked: its known keys."""
    return {kind: _kept(given) for kind, given in (options or {}).items() if kind in ("consent", "legitimateInterest")}


def _kept(given: Mapping[str, Any]) -> Json:
    kept: Json = {name: storable(given[name]) for name in _TEXTS if isinstance(given.get(name), str)}
    kept |= {name: given[name] for name in _SCALARS if isinstance(given.get(name), (bool, int))}
    communications = given.get("communications")
    if isinstance(communications, list):
        found = (each for each in communications if isinstance(each, Mapping))
        kept["communications"] = [_kept({**each, "communications": None}) for each in found]
    return kept
