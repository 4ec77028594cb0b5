"""What can go wrong in the records, told in facts that the edges turn into wire answers."""


class RecordError(Exception):
    """Base of every refusal by the records; nothing has been changed when one is raised and rolled back."""


class ContactMissing(RecordError):
    """No live contact has this vid, e-mail or token."""

    def __init__(self, key: object) -> None:
        super().__init__(f"contact {key!r} does not exist")
        self.key = key


class ContactExists(RecordError):
    """The e-mail belongs to another contact already."""

    def __init__(self, email: str, vid: int) -> None:
        super().__init__(f"e-mail {email!r} belongs to contact {vid}")
        self.email = email
        self.vid = vid


class TokenTaken(RecordError):
    """Somebody else has bound the visitor's token to a contact meanwhile."""

    def __init__(self, token: str) -> None:
        super().__init__(f"token {token!r} belongs to another contact by now")


class DefinitionsMoved(RecordError):
    """The form, or what its fields mean, has changed since a submission of it was read."""

    def __init__(self, guid: str) -> None:
        super().__init__(f"form {guid!r} has changed since it was read")


class EmailMissing(RecordError):
    """The contact has no such secondary e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email!r} is not a secondary e-mail of the contact")
        self.email = email


class EmailRefused(RecordError):
    """An address that cannot become a secondary e-mail of the contact, with the reason in words."""

    def __init__(self, email: str, problem: str) -> None:
        super().__init__(f"{email!r} {problem}: name another address")
        self.email = email


class MergeRefused(RecordError):
    """Two contacts that cannot be merged; `side` says which one is at fault: 'canonical' or 'merged'."""

    def __init__(self, side: str, vid: int) -> None:
        super().__init__(f"contact {vid} cannot be merged")
        self.side = side
        self.vid = vid


class TooManyMerged(RecordError):
    """A contact carries at most 250 linked vids (contract S0.7)."""

    def __init__(self, vid: int, limit: int) -> None:
        super().__init__(f"contact {vid} would carry more than {limit} linked vids")
        self.vid = vid
        self.limit = limit


class DefinitionMissing(RecordError):
    """No property or group of this name; `kind` is 'Property' or 'Group'."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} is called {name!r}")
        self.kind = kind
        self.name = name


class DefinitionExists(RecordError):
    """A property or group of this name exists already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"a {kind} is called {name!r} already")
        self.kind = kind
        self.name = name


class DefinitionRefused(RecordError):
    """A change of a property or group that must not be made, with the reason and the remedy in words."""


class ListMissing(RecordError):
    """No list has this id."""

    def __init__(self, list_id: int) -> None:
        super().__init__(f"list {list_id} does not exist")
        self.list_id = list_id


class ListRefused(RecordError):
    """A change of a list that must not be made, with the reason and the remedy in words."""


class FormMissing(RecordError):
    """No form has this guid."""

    def __init__(self, guid: str) -> None:
        super().__init__(f"form {guid!r} does not exist")
        self.guid = guid


class AlreadySubmitted(RecordError):
    """A form submission of this conversion id has counted already; it counts once."""

    def __init__(self, conversion_id: str) -> None:
        super().__init__(f"conversion {conversion_id} has counted already")


class FeedOutOfRange(RecordError):
    """`after` lies beyond the last row of the feed (design rule 15: an error, never an empty page)."""

    def __init__(self, after: int, last: int) -> None:
        super().__init__(f"after={after} lies beyond the feed's last number {last}")
        self.after = after
        self.last = last


class ImportMissing(RecordError):
    """No import has this id."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"import {import_id} does not exist")
        self.import_id = import_id


class ImportEnded(RecordError):
    """An import that cannot be cancelled any more, because all its rows have been written."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"Import {import_id} is DONE: nothing of it is left to be cancelled")
        self.import_id = import_id


class CallbackMissing(RecordError):
    """No address has been registered under this guid."""

    def __init__(self, guid: str) -> None:
        super().__init__(f"no address is registered as {guid!r}")
        self.guid = guid


class TooManyCallbacks(RecordError):
    """A portal has as many registered addresses as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"url: {limit} addresses are registered, and more cannot be; delete one first")
        self.limit = limit


class FeedGone(RecordError):
    """A number below the horizon: the rows after it have been removed, so nothing can be read from there."""

    def __init__(self, after: int, horizon: int) -> None:
        super().__init__(f"the feed's rows up to {horizon} have been removed")
        self.after = after
        self.horizon = horizon


class SubscriptionMissing(RecordError):
    """No subscription has this id."""

    def __init__(self, subscription_id: int) -> None:
        super().__init__(f"subscription {subscription_id} does not exist")
        self.subscription_id = subscription_id


class ConsumerMissing(RecordError):
    """No cursor has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no cursor is called {name!r}")
        self.name = name
