"""Waits for what happens in the background, so that no test guesses with a fixed sleep how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_SECONDS = 0.02

Answer = TypeVar("Answer")


def wait_until(condition: Callable[[], Answer], timeout: float = 10.0, what: str = "") -> Answer:
    """Call `condition` until it answers something true, and return that answer.

    `timeout` is in seconds on the monotonic clock; `what` names the awaited thing in the failure. An
    exception out of `condition` is not caught: a condition that may fail for a while has to say so itself.
    Raises AssertionError with the last answer when the time is over; the condition is asked at least once.
    """
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not after {timeout:g} s: {what or condition!r}; last answer: {answer!r}")
        time.sleep(POLL_SECONDS)
    return answer
