"""What criteria about forms and imports mean: rows of the table in `filter_cases`, each (filter, now, answers).

Answers are pairs of what a contact sent, told in short, and whether the filter matches.
"""

from datetime import UTC, datetime
from typing import Any

from queries.submitted import Submitted

NOW = "2019-05-04T12:00+00:00"
A, B = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


def sent(*told: str) -> tuple[Submitted, ...]:
    """Return submissions told as `FORM time page`, where the page may be left out."""
    return tuple(_submitted(each) for each in told)


def _submitted(told: str) -> Submitted:
    form, time, *page = told.split()
    at = round(
        datetime.fromisoformat(time if "T" in time else f"{time}T00:00+00:00").astimezone(UTC).timestamp() * 1000
    )
    address = page[0] if page else ""
    return Submitted(
        {"A": A, "B": B}[form], at, "" if "://" in address else address, address if "://" in address else ""
    )


def _v1(operator: str = "HAS_FILLED_OUT_FORM", **keys: Any) -> dict[str, Any]:
    return {"filterFamily": "FormSubmission", "operator": operator, **keys}


def _form(op: str = "sent", **keys: Any) -> dict[str, Any]:
    return {"kind": "form", "op": op, **keys}


def _last(n: int, unit: str = "days", op: str = "within") -> dict[str, Any]:
    return {"op": op, "direction": "past", "n": n, "unit": unit}


PAGE = "http://shop.example/x"
_NOT = "HAS_NOT_FILLED_OUT_FORM"
_PAGES = (
    ((), False),
    (("A 2019-05-01 7",), True),
    (("B 2019-05-01 7",), False),
    (("A 2019-05-01", "B 2019-05-01 7"), False),
)
_SPAN: dict[str, Any] = {"afterTimestamp": 1_556_668_800_000, "beforeTimestamp": "1556755200000"}  # 1 May 2019, in UTC

Rows = list[tuple[dict[str, Any], tuple[tuple[tuple[str, ...], bool], ...]]]

FORM_ROWS: Rows = [
    # which form
    (_v1(), (((), False), (("A 2019-05-01",), True), (("B 1969-05-01",), True))),
    (_v1(form=A), (((), False), (("A 2019-05-01",), True), (("B 2019-05-01",), False))),
    (_v1(value=A), ((("A 2019-05-01",), True), (("B 2019-05-01",), False))),
    (_v1(_NOT), (((), True), (("A 2019-05-01",), False))),
    (_v1(_NOT, form=A, page=""), (((), True), (("A 2019-05-01",), False), (("B 2019-05-01",), True))),
    (_form("not-sent", form=B), (((), True), (("A 2019-05-01",), True), (("A 2019-05-01", "B 2019-05-02"), False))),
    # from which page: both of one submission
    (_v1(form=A, page="7"), _PAGES),
    (_v1(page="7"), ((("A 2019-05-01",), False), (("B 2019-05-01 7",), True))),
    (_v1(_NOT, form=A, page="7"), tuple((told, not answer) for told, answer in _PAGES)),
    (
        _form(form=A, page=PAGE + "?utm_source=mail#top"),
        (((f"A 2019-05-01 {PAGE}",), True), ((f"A 2019-05-01 {PAGE}?a=1",), True), ((f"A 2019-05-01 {PAGE}y",), False)),
    ),
    # when
    (
        _v1(form=A, **_SPAN),
        (
            ((), False),
            (("A 2019-05-01",), True),
            (("A 2019-05-02",), False),
            (("A 2019-04-30T23:59:59.999+00:00",), False),
            (("A 2019-04-01", "B 2019-05-01"), False),
            (("A 2019-04-01", "A 2019-05-01T23:59:59.999+00:00"), True),
        ),
    ),
    (_v1(_NOT, form=A, **_SPAN), (((), True), (("A 2019-05-01",), False), (("A 2019-04-01", "B 2019-05-01"), True))),
    (_form(window={"op": "span", "after": 0}), ((("A 1970-01-01",), True), (("A 1969-12-31",), False))),
    (_form(window={"op": "span"}), (((), False), (("A 1900-01-01",), True))),
    (
        _v1(form=A, withinLastTime=2, withinLastTimeUnit="DAYS"),
        ((("A 2019-05-02",), True), (("A 2019-05-01T23:59+00:00",), False), (("B 2019-05-03",), False)),
    ),
    (
        _v1(_NOT, form=A, withinLastDays=2),
        (((), True), (("A 2019-05-02",), False), (("A 2019-05-01",), True), (("A 2019-05-01", "B 2019-05-03"), True)),
    ),
    (
        _v1(withinLastTime=2, reverseWithinTimeWindow=True),
        (((), False), (("A 2019-05-02",), False), (("A 2019-05-01T23:59+00:00",), True)),
    ),
    (_form(window=_last(24, "hours")), ((("A 2019-05-03T12:00+00:00",), True), (("A 2019-05-03T11:59+00:00",), False))),
    (
        _form(form=A, window={"op": "this", "unit": "month"}),
        ((("A 2019-05-01",), True), (("A 2019-04-30T23:59+00:00",), False), (("B 2019-05-01",), False)),
    ),
    # how often
    (
        _v1(form=A, minOccurrences=2),
        (
            (("A 2019-05-01",), False),
            (("A 2019-05-01", "A 2019-05-01"), True),
            (("A 2019-05-01", "B 2019-05-01"), False),
        ),
    ),
    (
        _v1(minOccurrences=1, maxOccurrences=1),
        (((), False), (("A 2019-05-01",), True), (("A 2019-05-01", "B 2019-05-01"), False)),
    ),
    (
        _form("not-sent", form=A, min=2),
        (((), True), (("A 2019-05-01",), True), (("A 2019-05-01", "A 2019-05-02"), False)),
    ),
    (
        _form(form=A, min=2, window=_last(2)),
        ((("A 2019-05-01", "A 2019-05-04"), False), (("A 2019-05-02", "A 2019-05-04"), True)),
    ),
    (
        _form("not-sent", max=1, window=_last(2, op="beyond")),
        (((), True), (("A 2019-05-01",), False), (("A 2019-05-01", "A 2019-04-01"), True)),
    ),
]

IMPORT_ROWS: list[tuple[dict[str, Any], tuple[tuple[tuple[str, ...], bool], ...]]] = [
    (
        {"filterFamily": "Import", "operator": "IN_IMPORT", "import": 7},
        (((), False), (("import:7",), True), (("import:70", "in:7", "s:7"), False)),
    ),
    (
        {"filterFamily": "Import", "operator": "NOT_IN_IMPORT", "value": "7"},
        (((), True), (("import:7", "import:8"), False), (("import:70",), True)),
    ),
    ({"kind": "import", "op": "in", "import": 8}, ((("import:7",), False), (("import:7", "import:8"), True))),
    ({"kind": "import", "op": "not-in", "import": 8}, ((("import:7",), True), (("import:7", "import:8"), False))),
]

COMPUTED_ROWS: list[tuple[dict[str, Any], str, dict[str | None, bool]]] = [
    (
        {"computedProperty": "NUMBER_OF_FORMS_FILLED_OUT", "operator": "GTE", "value": 2, "type": "number"},
        "num_conversion_events",
        {None: False, "1": False, "2": True},
    ),
    (
        {"computed_property": "DATE_OF_LAST_FORM_SUBMISSION", "operator": "WITHIN_TIME", "withinLastTime": 2},
        "recent_conversion_date",
        {None: False, "1556755200000": True, "1556755199999": False},
    ),
    (
        {"computedProperty": "DATE_OF_LAST_FORM_SUBMISSION", "operator": "IS_EMPTY"},
        "recent_conversion_date",
        {None: True, "1556755200000": False},
    ),
]
