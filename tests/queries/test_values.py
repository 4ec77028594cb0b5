"""What each type of property takes, how it is stored, and with which code the rest is refused."""

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queries import values
from queries.catalogue import Definition, PropertyType
from queries.values import FIRST_MS, LAST_MS, InvalidValue, check_email, check_value, email_key

STRING = Definition("city", PropertyType.STRING)
EMAIL = Definition("email", PropertyType.STRING)
NUMBER = Definition("followercount", PropertyType.NUMBER, "number")
BOOL = Definition("agreed", PropertyType.BOOL, "booleancheckbox")
DATE = Definition("birthday", PropertyType.DATE, "date")
DATETIME = Definition("closedate", PropertyType.DATETIME, "date")
ONE = Definition("lifecyclestage", PropertyType.ENUMERATION, "radio", ("lead", "customer"))
MANY = Definition("topics", PropertyType.ENUMERATION, "checkbox", ("a", "b c", "true"))
OWNER = Definition("hubspot_owner_id", PropertyType.ENUMERATION, "select")
CAMPAIGNS = Definition("campaigns", PropertyType.ENUMERATION, "checkbox", ("a",), external_options=True)
EPOCH = datetime.fromisoformat("1970-01-01")
EVERY_TYPE = [STRING, NUMBER, BOOL, DATE, DATETIME, ONE, MANY, OWNER, CAMPAIGNS]

ACCEPTED: list[tuple[Definition, object, str]] = [
    (STRING, "  Zürich \n", "  Zürich \n"),
    (STRING, "x" * 65_536, "x" * 65_536),
    (STRING, "😀", "😀"),
    (STRING, True, "true"),
    (STRING, False, "false"),
    (STRING, 5, "5"),
    (STRING, 5.0, "5.0"),
    (EMAIL, " Ada@Example.com ", "Ada@Example.com"),
    (NUMBER, 5, "5"),
    (NUMBER, 5.0, "5.0"),
    (NUMBER, 1e22, "1e+22"),
    (NUMBER, " -12.50 ", "-12.50"),
    (NUMBER, "+7", "+7"),
    (NUMBER, ".5", ".5"),
    (NUMBER, "5.", "5."),
    (NUMBER, "1e300", "1e300"),
    (BOOL, True, "true"),
    (BOOL, "TRUE", "true"),
    (BOOL, " False ", "false"),
    (DATE, 0, "0"),
    (DATE, "1454198400000", "1454198400000"),
    (DATE, "-86400000", "-86400000"),
    (DATE, "2016-01-31", "1454198400000"),
    (DATE, "0001-01-01", str(FIRST_MS)),
    (DATE, "2016-01-31T02:00:00+02:00", "1454198400000"),
    (DATETIME, 1454198400123, "1454198400123"),
    (DATETIME, " 1454198400123 ", "1454198400123"),
    (DATETIME, "-0", "0"),
    (DATETIME, "2016-01-31T00:00:00.123Z", "1454198400123"),
    (DATETIME, "2016-01-31T00:00:00.1239Z", "1454198400123"),
    (DATETIME, "2016-01-31 01:00+01:00", "1454198400000"),
    (DATETIME, "2016-01-31t00:00:00z", "1454198400000"),
    (DATETIME, "2016-01-30T19:00:00-0500", "1454198400000"),
    (DATETIME, "1969-12-31T23:59:59.999Z", "-1"),
    (DATETIME, FIRST_MS, str(FIRST_MS)),
    (DATETIME, LAST_MS, str(LAST_MS)),
    (ONE, "lead", "lead"),
    (MANY, "b c;a", "b c;a"),
    (MANY, "a;b c;a", "a;b c"),
    (MANY, ";a;;true;", "a;true"),
    (MANY, True, "true"),
    (MANY, ";", ""),
    (OWNER, 71, "71"),
    (CAMPAIGNS, "x;a;x", "x;a"),
]

REFUSED: list[tuple[Definition, object, str]] = [
    (STRING, "x" * 65_537, "VALUE_TOO_LONG"),
    (STRING, "a\0b", "INVALID_TEXT"),
    (STRING, "\ud83d", "INVALID_TEXT"),
    (STRING, math.nan, "INVALID_FLOAT"),
    (STRING, -math.inf, "INVALID_FLOAT"),
    (STRING, ["a"], "INVALID_TYPE"),
    (STRING, {"a": 1}, "INVALID_TYPE"),
    (EMAIL, "nobody", "INVALID_EMAIL"),
    (NUMBER, "five", "INVALID_FLOAT"),
    (NUMBER, "NaN", "INVALID_FLOAT"),
    (NUMBER, "Infinity", "INVALID_FLOAT"),
    (NUMBER, "1_000", "INVALID_FLOAT"),
    (NUMBER, "1,5", "INVALID_FLOAT"),
    (NUMBER, "0x10", "INVALID_FLOAT"),
    (NUMBER, "٣", "INVALID_FLOAT"),
    (NUMBER, " ", "INVALID_FLOAT"),
    (NUMBER, ".", "INVALID_FLOAT"),
    (NUMBER, "1e301", "INVALID_FLOAT"),
    (NUMBER, "9" * 400, "INVALID_FLOAT"),
    (NUMBER, True, "INVALID_FLOAT"),
    (BOOL, 1, "INVALID_BOOLEAN"),
    (BOOL, "yes", "INVALID_BOOLEAN"),
    (DATE, "1454198400001", "INVALID_DATE"),
    (DATE, "2016-02-30", "INVALID_DATE"),
    (DATE, "2016-01-31T08:00:00Z", "INVALID_DATE"),
    (DATE, "0000-01-01", "INVALID_DATE"),
    (DATE, "31.01.2016", "INVALID_LONG"),
    (DATE, "2016-W04-7", "INVALID_LONG"),
    (DATETIME, "soon", "INVALID_LONG"),
    (DATETIME, "2016-01-31", "INVALID_LONG"),
    (DATETIME, "2016-01-31T08:00:00", "INVALID_LONG"),
    (DATETIME, 1454198400000.5, "INVALID_LONG"),
    (DATETIME, True, "INVALID_LONG"),
    (DATETIME, "9" * 30, "INVALID_LONG"),
    (DATETIME, "2016-01-31T25:00:00Z", "INVALID_DATE"),
    (DATETIME, "0001-01-01T00:00:00+01:00", "INVALID_DATE"),
    (DATETIME, FIRST_MS - 1, "INVALID_DATE"),
    (DATETIME, LAST_MS + 1, "INVALID_DATE"),
    (ONE, "Lead", "INVALID_OPTION"),
    (ONE, " lead", "INVALID_OPTION"),
    (ONE, "lead;customer", "INVALID_OPTION"),
    (MANY, "a;z", "INVALID_OPTION"),
    (OWNER, "71;72", "INVALID_OPTION"),
]


@pytest.mark.parametrize(("definition", "value", "stored"), ACCEPTED)
def test_a_good_value_is_stored_as_a_string(definition: Definition, value: object, stored: str) -> None:
    assert check_value(definition, value) == stored


@pytest.mark.parametrize(("definition", "value", "code"), REFUSED)
def test_a_bad_value_is_refused_with_its_code(definition: Definition, value: object, code: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_value(definition, value)

    assert refusal.value.code == code
    assert refusal.value.property == definition.name


@pytest.mark.parametrize("definition", [*EVERY_TYPE, EMAIL], ids=lambda definition: definition.name)
@pytest.mark.parametrize("cleared", ["", None])
def test_an_empty_value_clears_any_property(definition: Definition, cleared: object) -> None:
    assert check_value(definition, cleared) == ""


def test_a_refused_option_is_named_beside_those_allowed() -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_value(MANY, "a;z;b c")

    assert refusal.value.message == "z was not one of the allowed options: [a, b c, true]"
    assert str(refusal.value) == refusal.value.message
    assert refusal.value.value == "z"


def test_a_refusal_names_the_property_the_value_and_the_remedy() -> None:
    with pytest.raises(InvalidValue, match=r'^followercount: five is not a number; send a decimal like "12.5"$'):
        check_value(NUMBER, "five")


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_value(NUMBER, "a" * 60_000)

    assert len(refusal.value.message) < 250


any_json = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.lists(st.none())
)


@given(definition=st.sampled_from([*EVERY_TYPE, EMAIL]), value=any_json)
def test_any_value_is_either_stored_for_good_or_refused_in_words_that_can_be_sent(
    definition: Definition, value: Any
) -> None:
    try:
        stored = check_value(definition, value)
    except InvalidValue as refusal:
        assert refusal.message.encode()
    else:
        assert check_value(definition, stored) == stored
        assert stored.encode().decode() == stored


@given(
    st.datetimes(EPOCH.replace(year=2), EPOCH.replace(year=9998)),
    st.integers(-1439, 1439).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_an_iso_time_is_stored_as_its_milliseconds(moment: datetime, offset: timedelta) -> None:
    text = moment.replace(tzinfo=timezone(offset)).isoformat(timespec="milliseconds")
    since_the_epoch = moment - offset - EPOCH

    assert check_value(DATETIME, text) == str(since_the_epoch // timedelta(milliseconds=1))


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_number_keeps_its_value(number: float) -> None:
    assert float(check_value(NUMBER, number)) == number


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "Ada.Lovelace+news@Example.ORG",
        "o'brien@foo.test",
        "a@x.invalid",
        "a@printer.local",
        "root@localhost",
        "root@Localhost",
        "a@b.localhost",
        "jürgen@bücher.de",
        "a@xn--bcher-kva.de",
        "用户@例子.广告",
        f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.com",
    ],
)
def test_an_address_is_kept_as_given(address: str) -> None:
    assert check_email(f"  {address}\n") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@127.0.0.1",
        "a b@example.com",
        "ada@exam ple.com",
        "ada@@example.com",
        "ada@example..com",
        "ada.@example.com",
        "Ada <ada@example.com>",
        "ada@example.com, bob@example.com",
        "ada\0@example.com",
        "ada\ud83d@example.com",
        f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com",
    ],
)
def test_a_bad_address_is_refused_as_the_vendor_did(address: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_email(address)

    assert refusal.value.code == "INVALID_EMAIL"
    assert refusal.value.property == "email"
    assert refusal.value.message.startswith("Email address ")
    assert refusal.value.message.endswith(" is invalid")


def test_the_message_about_an_address_is_the_vendors() -> None:
    with pytest.raises(InvalidValue, match="^Email address nobody is invalid$"):
        check_email("nobody")


@given(st.text(st.characters()))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        assert check_email(text) == text.strip()
    except InvalidValue as refusal:
        assert refusal.message.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ju\u0308rgen@x.de", "J\u00dcRGEN@x.de"),
        (" ada@x.org ", "ada@x.org"),
    ],
)
def test_two_spellings_of_an_address_are_one_identity(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada+a@x.org", "ada@x.org"), ("a.da@x.org", "ada@x.org"), ("strasse@x.de", "straße@x.de")],
)
def test_different_addresses_are_different_identities(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@given(st.text(st.characters()))
def test_the_identity_of_an_identity_is_itself(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text)


@given(st.from_regex(values._ORDINARY, fullmatch=True))
@example("x" * 57 + "@y.com")
@example("a@" + "b" * 57 + ".com")
def test_an_address_taken_at_sight_is_one_by_all_the_rules(address: str) -> None:
    if len(address) <= values._ORDINARY_LENGTH:
        email_validator.validate_email(address, check_deliverability=False)
