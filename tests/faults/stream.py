"""Clients that write without a pause and remember what was accepted, and what may have been."""

import json
import random
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

STAGES = ("lead", "customer", "opportunity")
PEOPLE = 12
TIMEOUT_SECONDS = 20.0


@dataclass
class Person:
    """What a contact must hold: the value last accepted, or one that was sent since and not answered."""

    accepted: str | None = None
    possible: set[str] = field(default_factory=set)

    def may_hold(self, value: str | None) -> bool:
        """Return whether this is what the contact may hold."""
        return value == self.accepted or value in self.possible


class Client(threading.Thread):
    """A client over HTTP that does one random thing after another until it is told to stop."""

    def __init__(self, url: str, key: str, seed: int) -> None:
        super().__init__(name=f"client {seed}")
        self.url, self.key, self.seed = url, key, seed
        self.random = random.Random(seed)
        self.people: dict[str, Person] = {f"p{number}@c{seed}.example": Person() for number in range(PEOPLE)}
        self.answers = 0
        self.refusals: list[str] = []
        self.unanswered: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Write until told to stop."""
        while not self.over.is_set():
            self.act()

    def act(self) -> None:
        """Write a random stage to a random contact of its own."""
        email = self.random.choice(sorted(self.people))
        stage = self.random.choice(STAGES)
        person = self.people[email]
        person.possible.add(stage)
        properties = [{"property": "lifecyclestage", "value": stage}]
        if self.send(f"/contacts/v1/contact/createOrUpdate/email/{email}", {"properties": properties}):
            person.accepted, person.possible = stage, set()

    def send(self, path: str, body: Any) -> bool:
        """Send a request and return whether it was accepted; a server that is being killed may not answer."""
        request = urllib.request.Request(f"{self.url}{path}?hapikey={self.key}", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
                self.answers += 1
                return True
        except urllib.error.HTTPError as error:
            self.refusals.append(f"{error.code} {error.read().decode(errors='replace')}")
        except OSError as error:
            self.unanswered.append(repr(error))
            self.over.wait(0.02)
        except Exception as error:
            self.refusals.append(repr(error))
        return False


class Editor(Client):
    """A client that edits and deletes lists, and makes new ones."""

    def act(self) -> None:
        """Save a list with random criteria; what others did to it meanwhile is no failure."""
        stage = self.random.choice(STAGES)
        criteria = {"filters": [[{"property": "lifecyclestage", "operator": "EQ", "value": stage}]]}
        if self.random.random() < 0.2:
            name = f"list {self.random.randrange(1_000_000)}"
            self.send("/contacts/v1/lists", {"name": name, "dynamic": True, **criteria})
        else:
            self.send(f"/contacts/v1/lists/{self.random.randint(1, 3)}", criteria)
        self.over.wait(0.05)
