"""Which values a property takes and how each is stored, the same for every way into the service.

A stored value is always a string, as on the wire (contract S0.3): instants are milliseconds since the epoch,
several options are joined by `;`, and the empty string is a cleared value. Error codes: contract S1.3.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import email_validator

from queries.catalogue import Definition, PropertyType

EMAIL = "email"
MAX_LENGTH = 65_536
MAX_EMAIL_LENGTH = 254  # RFC 3696, erratum 1690
MAX_MAGNITUDE = 1e300
DAY_MS = 86_400_000
FIRST_MS = -62_135_596_800_000  # 0001-01-01T00:00:00Z
LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"
    r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
)

# Addresses that every rule accepts; nine in ten are such, and all the rules take the time of ten other checks.
_ORDINARY = re.compile(
    r"[A-Za-z0-9_]+([.+-][A-Za-z0-9_]+)*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}",
)
_ORDINARY_LENGTH = 63

# Trial contacts have reserved domains (RFC 2606); this list is the library's own switch for allowing them.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


class InvalidValue(ValueError):
    """A value its property cannot hold; `code` and `message` are the wire's `error` and `message`."""

    def __init__(self, property_name: str, value: str, code: str, message: str) -> None:
        super().__init__(message)
        self.property = property_name
        self.value = value
        self.code = code
        self.message = message


def check_value(definition: Definition, value: object) -> str:
    """Return the string to store for a value that arrived in JSON.

    Takes strings, numbers, booleans and None; None and "" clear the property and give "".
    Raises InvalidValue.
    """
    text = _storable(definition, _text_of(definition, value))
    if not text:
        return ""
    return _CHECKS[definition.type](definition, text)


def check_email(text: str) -> str:
    """Return an e-mail address as given, without surrounding blanks; nothing is looked up in the DNS.

    Raises InvalidValue when it is no address or has more than 254 characters.
    """
    address = text.strip()
    if len(address) > MAX_EMAIL_LENGTH or not _is_email(address):
        shown = _shown(address)
        raise InvalidValue(EMAIL, address, "INVALID_EMAIL", f"Email address {shown} is invalid")
    return address


def email_key(text: str) -> str:
    """Return the identity of an e-mail address: two addresses with the same key are one contact.

    The whole address in lower case, in Unicode form NFC, plus tags kept.
    """
    lowered = unicodedata.normalize("NFC", text.strip()).lower()
    return unicodedata.normalize("NFC", lowered)


def _text_of(definition: Definition, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return str(value)
        case float():
            raise _refused(definition, str(value), "INVALID_FLOAT", "is not finite; send a finite number")
    problem = "is not a single value; send a string, a number, a boolean or null"
    raise _refused(definition, str(value), "INVALID_TYPE", problem)


def _storable(definition: Definition, text: str) -> str:
    """PostgreSQL's text holds neither NUL nor lone surrogates; the length limit keeps rows small."""
    if len(text) > MAX_LENGTH:
        problem = f"has {len(text)} characters; send at most {MAX_LENGTH}"
        raise _refused(definition, text, "VALUE_TOO_LONG", problem)
    if _UNSTORABLE.search(text):
        problem = "holds a NUL character or half a surrogate pair; leave it out"
        raise _refused(definition, text, "INVALID_TEXT", problem)
    return text


def _string(definition: Definition, text: str) -> str:
    return check_email(text) if definition.name == EMAIL else text


def _number(definition: Definition, text: str) -> str:
    digits = text.strip()
    if not _DECIMAL.fullmatch(digits):
        raise _refused(definition, text, "INVALID_FLOAT", 'is not a number; send a decimal like "12.5"')
    if abs(float(digits)) > MAX_MAGNITUDE:
        raise _refused(definition, text, "INVALID_FLOAT", f"is too large; send at most {MAX_MAGNITUDE:g}")
    return digits


def _bool(definition: Definition, text: str) -> str:
    lowered = text.strip().lower()
    if lowered not in ("true", "false"):
        raise _refused(definition, text, "INVALID_BOOLEAN", 'is not a boolean; send "true" or "false"')
    return lowered


def _date(definition: Definition, text: str) -> str:
    day = text.strip()
    moment = _milliseconds(definition, f"{day}T00:00Z" if _DAY.fullmatch(day) else day)
    if moment % DAY_MS:
        remedy = "send the milliseconds since the epoch of midnight UTC, or a day like 2016-01-31"
        raise _refused(definition, text, "INVALID_DATE", f"is not midnight UTC; {remedy}")
    return str(moment)


def _datetime(definition: Definition, text: str) -> str:
    return str(_milliseconds(definition, text.strip()))


def _milliseconds(definition: Definition, text: str) -> int:
    if _INTEGER.fullmatch(text):
        return _in_range(definition, int(text))
    if not _INSTANT.fullmatch(text):
        remedy = "send milliseconds since the epoch, or an ISO 8601 time with its zone"
        raise _refused(definition, text, "INVALID_LONG", f"was not a valid long; {remedy}")
    return _in_range(definition, _parsed_instant(definition, text.upper()))


def _parsed_instant(definition: Definition, text: str) -> int:
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
    except ValueError:
        problem = "is no time of the calendar; send one like 2016-01-31T08:30:00Z"
        raise _refused(definition, text, "INVALID_DATE", problem) from None


def _in_range(definition: Definition, moment: int) -> int:
    if not FIRST_MS <= moment <= LAST_MS:
        problem = f"is outside the years 1 to 9999; send {FIRST_MS} to {LAST_MS}"
        raise _refused(definition, str(moment), "INVALID_DATE", problem)
    return moment


def _enumeration(definition: Definition, text: str) -> str:
    items = [item for item in text.split(";") if item] if definition.multiple else [text]
    for item in items:
        _check_option(definition, item)
    return ";".join(dict.fromkeys(items))


def _check_option(definition: Definition, item: str) -> None:
    if definition.closed and item not in definition.options:
        allowed = ", ".join(definition.options)
        message = f"{_shown(item)} was not one of the allowed options: [{allowed}]"
        raise InvalidValue(definition.name, item, "INVALID_OPTION", message)
    if ";" in item:
        raise _refused(definition, item, "INVALID_OPTION", "holds several options; send one, without ';'")


def _is_email(address: str) -> bool:
    """A name without a dot is no mail domain, save for localhost, which stands for one on trial."""
    if len(address) <= _ORDINARY_LENGTH and _ORDINARY.fullmatch(address):
        return True
    try:
        email_validator.validate_email(
            address,
            check_deliverability=False,
            globally_deliverable=not address.lower().endswith("@localhost"),
        )
    except email_validator.EmailNotValidError:
        return False
    return True


def _refused(definition: Definition, value: str, code: str, problem: str) -> InvalidValue:
    return InvalidValue(definition.name, value, code, f"{definition.name}: {_shown(value)} {problem}")


def _shown(value: str, limit: int = 100) -> str:
    """A value as it may stand in a message: short, and encodable whatever the client sent."""
    short = value if len(value) <= limit else f"{value[:limit]}…"
    return short.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


_CHECKS: dict[PropertyType, Callable[[Definition, str], str]] = {
    PropertyType.STRING: _string,
    PropertyType.NUMBER: _number,
    PropertyType.BOOL: _bool,
    PropertyType.DATE: _date,
    PropertyType.DATETIME: _datetime,
    PropertyType.ENUMERATION: _enumeration,
}
