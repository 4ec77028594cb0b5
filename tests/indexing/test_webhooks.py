"""Webhooks: what is told, how it is signed, what happens when the other side fails, and that ids never change."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, formatdate, parsedate_to_datetime
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import event
from standardwebhooks.webhooks import Webhook

from indexer.webhooks import deliver
from indexer.webhooks.threads import DeliveryThreads
from records import deliveries
from records.feed_upkeep import DAY_MS, fold_page
from service.transactions import EXTENSION
from tests.indexing.conftest import POSTGRESQL
from tests.indexing.world import World
from tests.support.clock import MovableClock
from tests.support.people import is_
from tests.support.receiver import Got, Receiver, Reply, late, receiving
from tests.support.wait import wait_until

SUBSCRIPTIONS = "/alerts/v1/subscriptions"
LEADS = is_("lifecyclestage", "EQ", "lead")


def hooked(world: World) -> World:
    """Return a world whose webhooks may go to the loopback address."""
    settings = replace(world.runtime.settings, webhook_allow=(ip_network("127.0.0.0/8"),))
    runtime = replace(world.runtime, settings=settings)
    world.app.extensions[EXTENSION] = runtime
    return replace(world, runtime=runtime)


@pytest.fixture
def hooks(world: World) -> World:
    """A world whose clock stands still."""
    return hooked(world)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything until told otherwise."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def leads(hooks: World) -> int:
    """A list of leads, filled."""
    list_id = hooks.portal.create_list("Leads", LEADS)
    hooks.settle()
    return list_id


def subscribe(world: World, receiver: Receiver, **values: Any) -> dict[str, Any]:
    """Make a subscription and return it."""
    made: dict[str, Any] = world.api.post(SUBSCRIPTIONS, {"url": receiver.address, **values})
    return made


def join(world: World, count: int = 1) -> list[int]:
    """Have contacts join the list of leads."""
    vids = [world.api.create(lifecyclestage="lead") for _ in range(count)]
    world.settle()
    return vids


def state(world: World, made: dict[str, Any]) -> Any:
    """Return a subscription as it is now."""
    return world.api.get(f"{SUBSCRIPTIONS}/{made['subscriptionId']}")


def answering(status: int, headers: dict[str, str] | None = None) -> Any:
    """Return what has a receiver answer this."""

    def answer(_: Got) -> Reply:
        return status, headers or {}, b"no"

    return answer


def test_joins_and_leaves_are_told_once_each(hooks: World, leads: int, receiver: Receiver) -> None:
    subscribe(hooks, receiver, listId=leads)
    [vid] = join(hooks)
    hooks.api.update(vid, lifecyclestage="customer")
    hooks.settle()
    joined, left = (message.json for message in receiver.got)
    assert receiver.ids() == ["msg_1_1_1", "msg_1_1_2"]
    assert (joined["type"], joined["data"]["vid"], joined["data"]["seq"]) == ("list.join", vid, 1)
    assert joined["data"]["reason"]["changes"][0]["new"] == "lead"
    assert left["type"] == "list.leave"
    hooks.settle()
    assert len(receiver.got) == 2


def test_messages_verify_with_every_secret(living_world: World, receiver: Receiver) -> None:
    world = hooked(living_world)
    world.portal.create_list("Leads", LEADS)
    world.settle()
    made = subscribe(world, receiver)
    second = world.api.post(f"{SUBSCRIPTIONS}/1/secrets", {})["secret"]
    join(world)
    [message] = receiver.got
    for secret in (*made["secrets"], second):
        assert Webhook(secret).verify(message.body, message.headers)["type"] == "list.join"
    world.api.delete(f"{SUBSCRIPTIONS}/1/secrets", 204)
    join(world)
    assert len(receiver.got[-1].headers["webhook-signature"].split()) == 1
    Webhook(second).verify(receiver.got[-1].body, receiver.got[-1].headers)


def test_what_fails_comes_again_under_its_id(hooks: World, leads: int, receiver: Receiver, clock: MovableClock) -> None:
    made = subscribe(hooks, receiver)
    receiver.answer = answering(500)
    join(hooks)
    assert state(hooks, made)["failingSince"] == clock.moment
    for count in range(2, 5):
        clock.advance(13 * 3_600_000)
        hooks.settle()
        assert len(receiver.got) == count
    receiver.answer = answering(204)
    clock.advance(13 * 3_600_000)
    hooks.settle()
    assert set(receiver.ids()) == {"msg_1_1_1"}
    assert state(hooks, made)["failingSince"] is None
    assert state(hooks, made)["waiting"] == 0
    attempts = hooks.api.get(f"{SUBSCRIPTIONS}/1/attempts")["attempts"]
    assert [attempt["status"] for attempt in attempts] == [204, 500, 500, 500, 500]
    assert {attempt["state"] for attempt in attempts} == {"DELIVERED"}


def test_an_address_that_is_not_there_is_tried_with_one_message(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    receiver.answer = answering(503)
    made = subscribe(hooks, receiver)
    join(hooks, 10)
    clock.advance(3_600_000)
    hooks.settle()
    assert len(receiver.got) == 2
    receiver.answer = answering(200)
    clock.advance(13 * 3_600_000)
    hooks.settle()
    assert state(hooks, made)["waiting"] == 0
    assert sorted(set(receiver.ids())) == sorted(f"msg_1_1_{seq}" for seq in range(1, 11))


def in_an_hour() -> str:
    """Return the date in an hour as HTTP writes it."""
    return format_datetime(parsedate_to_datetime(formatdate(usegmt=True)) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize("tell", [lambda: "3600", in_an_hour])
def test_retry_after_is_heeded(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock, tell: Callable[[], str]
) -> None:
    receiver.answer = lambda _: (429, {"Retry-After": tell()}, b"no")
    subscribe(hooks, receiver)
    join(hooks)
    clock.advance(3_590_000)
    hooks.settle()
    assert len(receiver.got) == 1
    clock.advance(20_000)
    hooks.settle()
    assert len(receiver.got) == 2


def test_a_410_disables_until_somebody_says_otherwise(hooks: World, leads: int, receiver: Receiver) -> None:
    receiver.answer = answering(410)
    made = subscribe(hooks, receiver)
    join(hooks, 3)
    told = state(hooks, made)
    assert (told["state"], len(receiver.got)) == ("DISABLED", 1)
    assert "410" in told["stateReason"]
    receiver.answer = answering(200)
    hooks.api.put(f"{SUBSCRIPTIONS}/1", {"state": "ACTIVE"})
    hooks.settle()
    assert state(hooks, made)["state"] == "ACTIVE"


def test_an_address_that_only_fails_for_days_is_paused(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    receiver.answer = answering(500)
    made = subscribe(hooks, receiver)
    join(hooks)
    while state(hooks, made)["state"] == "ACTIVE":
        clock.advance(15 * 3_600_000)
        hooks.settle()
    assert "five days" in state(hooks, made)["stateReason"]
    assert clock.moment - state(hooks, made)["failingSince"] >= 5 * DAY_MS
    count = len(receiver.got)
    clock.advance(DAY_MS)
    hooks.settle()
    assert len(receiver.got) == count


@pytest.mark.parametrize(("include", "told"), [([], 0), (["FIRST_FILL"], 2)])
def test_first_fills_are_told_to_those_who_ask(hooks: World, receiver: Receiver, include: list[str], told: int) -> None:
    join(hooks, 2)
    subscribe(hooks, receiver, include=include)
    hooks.portal.create_list("Leads", LEADS)
    hooks.settle()
    assert len(receiver.got) == told


def test_edits_are_muted(hooks: World, leads: int, receiver: Receiver) -> None:
    join(hooks, 2)
    subscribe(hooks, receiver)
    hooks.api.post(f"/contacts/v1/lists/{leads}", {"filters": [[is_("lifecyclestage", "EQ", "customer")]]})
    hooks.settle()
    assert receiver.got == []


def test_a_size_that_is_crossed_is_told_both_ways(hooks: World, leads: int, receiver: Receiver) -> None:
    join(hooks, 1)
    subscribe(hooks, receiver, listId=leads, events=["SIZE"], sizeAt=3)
    vids = join(hooks, 3)
    hooks.api.update(vids[0], lifecyclestage="customer")
    hooks.settle()
    hooks.api.update(vids[1], lifecyclestage="customer")
    hooks.settle()
    assert [(got.json["data"]["size"], got.json["data"]["up"]) for got in receiver.got] == [(3, True), (2, False)]
    assert receiver.ids() == ["msg_1_1_3_size", "msg_1_1_6_size"]


def test_a_list_that_went_quiet_is_told_once(hooks: World, leads: int, receiver: Receiver, clock: MovableClock) -> None:
    subscribe(hooks, receiver, listId=leads, events=["QUIET"], quietMinutes=10)
    clock.advance(9 * 60_000)
    join(hooks)
    clock.advance(9 * 60_000)
    hooks.settle()
    assert receiver.got == []
    for _ in range(3):
        clock.advance(10 * 60_000)
        hooks.settle()
    assert receiver.ids() == ["msg_1_1_1_quiet"]
    join(hooks)
    clock.advance(10 * 60_000)
    hooks.settle()
    assert receiver.ids() == ["msg_1_1_1_quiet", "msg_1_1_2_quiet"]


def test_messages_are_sent_again_by_row_or_range(hooks: World, leads: int, receiver: Receiver) -> None:
    subscribe(hooks, receiver)
    join(hooks, 3)
    before = receiver.ids()
    assert hooks.api.post(f"{SUBSCRIPTIONS}/1/redeliver", {"seq": 2}, 202) == {"queued": 1}
    assert hooks.api.post(f"{SUBSCRIPTIONS}/1/redeliver", {"from": 2, "to": 9}, 202) == {"queued": 2}
    hooks.settle()
    assert receiver.ids() == [*before, "msg_1_1_2", "msg_1_1_3"]


def test_a_test_message_tells_whether_it_arrives(hooks: World, receiver: Receiver) -> None:
    subscribe(hooks, receiver)
    number = hooks.api.post(f"{SUBSCRIPTIONS}/1/test", {}, 202)["messageId"]
    hooks.settle()
    assert receiver.ids() == [number]
    assert receiver.got[0].json["type"] == "test"
    [attempt] = hooks.api.get(f"{SUBSCRIPTIONS}/1/attempts")["attempts"]
    assert (attempt["messageId"], attempt["status"], attempt["state"]) == (number, 200, "DELIVERED")


def test_a_rehearsal_counts_what_would_have_been_told(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    join(hooks, 4)
    clock.advance(40 * DAY_MS)
    join(hooks, 2)
    hooks.portal.create_list("Again", LEADS)
    hooks.settle()
    subscribe(hooks, receiver)
    subscribe(hooks, receiver, listId=leads, events=["JOIN", "SIZE"], sizeAt=6)
    told = hooks.api.get(f"{SUBSCRIPTIONS}/1/rehearsal")
    assert (told["fired"], told["events"], told["muted"]) == (2, {"JOIN": 2}, 6)
    assert hooks.api.get(f"{SUBSCRIPTIONS}/1/rehearsal", days=60)["fired"] == 6
    assert hooks.api.get(f"{SUBSCRIPTIONS}/2/rehearsal")["events"] == {"JOIN": 2, "SIZE": 1}
    assert receiver.got == []


def test_a_worker_that_dies_after_sending_sends_again_under_the_same_id(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(hooks, receiver)
    hooks.api.create(lifecyclestage="lead")
    hooks.step("drain")

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(deliver, "_keep", die)
        hooks.step("deliver")
    assert not hooks.step("deliver")
    clock.advance(deliver.LEASE_MS)
    hooks.settle()
    assert receiver.ids() == ["msg_1_1_1", "msg_1_1_1"]


def test_an_address_that_hangs_delays_no_other(living_world: World, receiver: Receiver) -> None:
    world = hooked(living_world)
    world.portal.create_list("Leads", LEADS)
    world.settle()

    def hang(_: Got) -> Reply:
        wait_until(lambda: len(receiver.got) == 3, 20)
        return 200, {}, b""

    with receiving() as hanging:
        hanging.answer = hang
        for one in (hanging, receiver):
            subscribe(world, one)
        threads = DeliveryThreads()
        threads.start(world.runtime)
        for count in range(1, 4):
            world.api.create(lifecyclestage="lead")
            world.step("drain")
            threads.wake()
            wait_until(partial(lambda expected: len(receiver.got) == expected, count), 5)
        wait_until(lambda: len(hanging.got) == 3, 20)
        wait_until(lambda: not any(each["waiting"] for each in world.api.get(SUBSCRIPTIONS)["subscriptions"]), 20)
        threads.close()


def test_many_addresses_that_hang_at_once_delay_no_other(living_world: World, receiver: Receiver) -> None:
    world = hooked(living_world)
    world.portal.create_list("Leads", LEADS)
    world.settle()
    served = threading.Event()
    with receiving() as hanging:
        hanging.answer = late(served, 20)
        for _ in range(20):
            subscribe(world, hanging)
        subscribe(world, receiver)
        join_quietly(world)
        threads = DeliveryThreads()
        threads.start(world.runtime)
        wait_until(lambda: len(receiver.got) == 1 and len(hanging.got) == 20, 20)
        assert not world.api.get(f"{SUBSCRIPTIONS}/1/attempts")["attempts"]
        served.set()
        wait_until(lambda: not any(each["waiting"] for each in world.api.get(SUBSCRIPTIONS)["subscriptions"]), 20)
        threads.close()


def join_quietly(world: World) -> None:
    """Have a contact join the list of leads, and send nothing yet."""
    world.api.create(lifecyclestage="lead")
    world.step("drain")


def test_the_subscriptions_of_another_portal_are_not_seen(hooks: World, receiver: Receiver) -> None:
    made = subscribe(hooks, receiver)
    assert hooks.api.get(SUBSCRIPTIONS)["subscriptions"] == [state(hooks, made)]
    assert "secrets" not in state(hooks, made)
    hooks.api.delete(f"{SUBSCRIPTIONS}/1", 204)
    for path in ("", "/attempts", "/rehearsal"):
        hooks.api.get(f"{SUBSCRIPTIONS}/1{path}", 404)
    assert subscribe(hooks, receiver)["subscriptionId"] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "url: is missing"),
        ({"url": "http://10.0.0.1/"}, "which is not public"),
        ({"url": "https://user@x.example/"}, "holds a user or a password"),
        ({"url": "https://2130706433/"}, "no usual address"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "which is not public"),
        ({"url": "HOOK", "events": []}, "events: the list is empty"),
        ({"url": "HOOK", "events": ["SOON"]}, "events[0]: 'SOON' is not known"),
        ({"url": "HOOK", "events": ["SIZE"], "sizeAt": 3}, "listId: SIZE is about one list"),
        ({"url": "HOOK", "listId": 1, "events": ["SIZE"]}, "sizeAt: it goes with the event SIZE"),
        ({"url": "HOOK", "listId": 1, "quietMinutes": 3}, "quietMinutes: it goes with the event QUIET"),
        ({"url": "HOOK", "listId": 1, "events": ["QUIET"], "quietMinutes": 10**9}, "is more than a year"),
        ({"url": "HOOK", "include": ["CONTACT_CHANGE"]}, "include[0]: 'CONTACT_CHANGE' is not known"),
        ({"url": "HOOK", "secret": "whsec_c2hvcnQ="}, "is no secret"),
        ({"url": "HOOK", "secret": "x" * 40}, "is no secret"),
    ],
)
def test_a_subscription_that_cannot_work_is_refused(
    hooks: World, leads: int, receiver: Receiver, body: dict[str, Any], words: str
) -> None:
    sent = {name: receiver.address if value == "HOOK" else value for name, value in body.items()}
    assert words in hooks.api.post(SUBSCRIPTIONS, sent, 400)["message"]
    assert hooks.api.get(SUBSCRIPTIONS)["subscriptions"] == []


def test_a_subscription_to_a_list_that_is_not_there_is_refused(hooks: World, receiver: Receiver) -> None:
    hooks.api.post(SUBSCRIPTIONS, {"url": receiver.address, "listId": 9}, 404)


@pytest.mark.parametrize("body", [{}, {"from": 3}, {"from": 3, "to": 2}])
def test_what_is_no_range_is_not_sent_again(hooks: World, receiver: Receiver, body: dict[str, int]) -> None:
    subscribe(hooks, receiver)
    assert "send the number of a row" in hooks.api.post(f"{SUBSCRIPTIONS}/1/redeliver", body, 400)["message"]


def test_what_is_due_is_told_by_portal_and_subscription(hooks: World, leads: int, receiver: Receiver) -> None:
    subscribe(hooks, receiver)
    hooks.api.create(lifecyclestage="lead")
    hooks.step("drain")
    assert hooks.read(deliveries.due) == [((1, 1), False)]


def test_a_lease_from_a_clock_that_went_back_since_holds_nobody_up(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    made = subscribe(hooks, receiver)
    hooks.api.create(lifecyclestage="lead")
    hooks.step("drain")
    key = (hooks.portal_id, made["subscriptionId"])
    hooks.runtime.database.transact(lambda session: deliveries.lease(session, key, deliver.LEASE_MS))
    clock.advance(-3_600_000)
    hooks.settle()
    assert receiver.ids() == ["msg_1_1_1"]


def test_an_address_that_was_corrected_meanwhile_does_not_answer_for_the_old_one(
    hooks: World, leads: int, receiver: Receiver
) -> None:
    made = subscribe(hooks, receiver)

    def correct(_: Got) -> Reply:
        receiver.answer = answering(200)
        hooks.api.put(f"{SUBSCRIPTIONS}/{made['subscriptionId']}", {"url": f"{receiver.address}/new"})
        return 410, {}, b""

    receiver.answer = correct
    join(hooks)
    assert state(hooks, made)["state"] == "ACTIVE"


def test_a_size_is_right_after_rows_were_removed_that_nobody_was_told(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    made = subscribe(hooks, receiver, listId=leads, events=["SIZE"], sizeAt=3)
    address = f"{SUBSCRIPTIONS}/{made['subscriptionId']}"
    hooks.api.put(address, {"state": "PAUSED"})
    join(hooks, 2)
    clock.advance(31 * DAY_MS)
    hooks.runtime.database.transact(lambda session: fold_page(session, hooks.portal_id, 30))
    hooks.api.put(address, {"state": "ACTIVE"})
    join(hooks)
    assert [(message.json["data"]["size"], message.json["data"]["up"]) for message in receiver.got] == [(3, True)]


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
def test_a_move_that_comes_while_messages_are_planned_is_counted_once(
    hooks: World, leads: int, receiver: Receiver
) -> None:
    subscribe(hooks, receiver, listId=leads, events=["SIZE"], sizeAt=3)
    hooks.api.create(lifecyclestage="lead")
    hooks.step("drain")
    coming = iter(["lead"])

    def interrupt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM feed_event" in statement:
            for stage in coming:
                hooks.api.create(lifecyclestage=stage)
                hooks.step("drain")

    engine = hooks.runtime.database._writer
    event.listen(engine, "before_cursor_execute", interrupt)
    hooks.step("deliver")
    event.remove(engine, "before_cursor_execute", interrupt)
    hooks.settle()
    assert receiver.got == []
    join(hooks)
    assert [message.json["data"]["size"] for message in receiver.got] == [3]


def test_messages_go_with_their_rows_unless_they_wait(
    hooks: World, leads: int, receiver: Receiver, clock: MovableClock
) -> None:
    address = f"{SUBSCRIPTIONS}/{subscribe(hooks, receiver)['subscriptionId']}"
    hooks.api.post(f"{address}/test", {}, 202)
    join(hooks)
    receiver.answer = answering(500)
    join(hooks)
    hooks.api.put(address, {"state": "PAUSED"})
    clock.advance(31 * DAY_MS)
    hooks.api.post(f"{address}/test", {}, 202)
    hooks.runtime.database.transact(lambda session: fold_page(session, hooks.portal_id, 30))
    assert [attempt["seq"] for attempt in hooks.api.get(f"{address}/attempts")["attempts"]] == [2]
    assert state(hooks, {"subscriptionId": 1})["waiting"] == 2
    receiver.answer = answering(200)
    hooks.api.put(address, {"state": "ACTIVE"})
    hooks.settle()
    assert receiver.ids()[-2:] == ["msg_1_1_2", f"msg_1_1_{clock.moment}_test"]
