"""What can be wrong with a filter: each error keeps its facts and writes a sentence with field and remedy."""

from collections.abc import Sequence

MAX_FILTERS = 250
"""Leaves of one filter as written."""

MAX_INLINED = 1_000
"""Leaves after the lists that a filter names have been put in their places."""

MAX_DEPTH = 5
"""Levels of and, or and not above a leaf, as written."""

MAX_INLINED_DEPTH = 15
"""Levels after inlining: engines take 20 nested `bool` queries, and a leaf is up to four."""

MAX_BYTES = 2_000_000
"""Bytes of a filter's JSON; 250 filters of a thousand short values are within."""

MAX_VALUES = 1_000
MAX_NEEDLE = 1_000


class FilterError(Exception):
    """A filter that cannot be taken. `path` says where, as in `filters[0][1].value`."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}. {remedy}.")
        self.path = path
        self.problem = problem
        self.remedy = remedy


class MalformedFilter(FilterError):
    """Something of another JSON type than the grammar asks for."""

    def __init__(self, path: str, value: object, wanted: str) -> None:
        super().__init__(path, f"{_shown(value)} is not {wanted}", f"Send {wanted}")
        self.value = value


class MissingKey(FilterError):
    """A filter object without a key that its operator needs."""

    def __init__(self, path: str, key: str) -> None:
        super().__init__(f"{path}.{key}", f"{key} is missing", f"Send {key}")
        self.key = key


class TooMany(FilterError):
    """More filters, values or characters than are taken."""

    def __init__(self, path: str, what: str, count: int, limit: int) -> None:
        super().__init__(path, f"{count} {what} are too many", f"At most {limit} {what} are taken")
        self.count = count
        self.limit = limit


class UnsupportedFilter(FilterError):
    """A family, operator or key that is not supported; ignoring it would change what the list means."""

    def __init__(self, path: str, value: object, supported: str) -> None:
        super().__init__(path, f"{_shown(value)} is not supported", f"Supported: {supported}")
        self.value = value


class UnknownProperty(FilterError):
    """A filter over a property that the portal does not define."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(path, f'Property "{name[:100]}" does not exist', "Create the property or name another one")
        self.name = name


class BadOperand(FilterError):
    """A value that the operator or the property's type cannot take."""

    def __init__(self, path: str, value: object, problem: str, remedy: str) -> None:
        super().__init__(path, f"{_shown(value)} {problem}", remedy)
        self.value = value


class UnknownList(FilterError):
    """A membership filter over a list that is not there or cannot be used in a filter."""

    def __init__(self, path: str, list_id: object, problem: str) -> None:
        super().__init__(path, f"list {_shown(list_id)} {problem}", "Name the id of an existing list")
        self.list_id = list_id


class ListCycle(FilterError):
    """Lists that contain each other. `lists` are the ids along the way, the first of them again at the end."""

    def __init__(self, lists: Sequence[int]) -> None:
        way = " > ".join(f"list {list_id}" for list_id in lists)
        super().__init__("filters", f"the list would contain itself: {way}", "Take one of these lists out of another")
        self.lists = tuple(lists)


class UnknownZone(FilterError):
    """A time zone that is not in the IANA time zone database."""

    def __init__(self, path: str, name: object) -> None:
        super().__init__(path, f"{_shown(name)} is no time zone", "Send an IANA name like Europe/Berlin")
        self.name = name


class NotUnderstood(FilterError):
    """Criteria with filters that were kept by an import and that nobody can answer, their own or a named list's."""

    def __init__(self, families: Sequence[str]) -> None:
        told = ", ".join(families)
        super().__init__("filters", f"filters of the family {told} are not understood", "Take them out")
        self.families = tuple(families)


class UnreadableList(FilterError):
    """A list whose stored criteria cannot be read by this release. `list_id` is that list, which others may name."""

    def __init__(self, list_id: int, error: FilterError) -> None:
        problem = f"the criteria stored for list {list_id} cannot be read: {error.path}: {error.problem}"
        super().__init__("filters", problem, "Send it others, or run the release that stored them")
        self.list_id = list_id


class OuterTooLarge(FilterError):
    """A list that would become too large because a list in it does. `list_id` is the outer one."""

    def __init__(self, list_id: int, name: str | None, error: TooMany) -> None:
        problem = f'list {list_id} ("{name}") contains this one and would become too large: {error.problem}'
        remedy = f"{error.remedy}. Make this list smaller, or take it out of list {list_id}"
        super().__init__("filters", problem, remedy)
        self.list_id = list_id


class ChangedEcho(FilterError):
    """A FilterTree filter that is not the one the list has; it is an echo, and only `filterTree` can be edited."""

    def __init__(
        self,
        path: str,
        problem: str = "this FilterTree is not the one of the list",
        remedy: str = "Send filterTree to change the criteria",
    ) -> None:
        super().__init__(path, problem, remedy)


class OtherCriteria(ChangedEcho):
    """Filters beside a filterTree that they are not the echo of; one of the two would be ignored.

    `is_echo` is whether they are that of another tree.
    """

    def __init__(self, path: str, is_echo: bool) -> None:
        told = "this FilterTree is not the one of the filterTree beside it"
        problem = told if is_echo else "these filters are not the echo of the filterTree beside them"
        remedy = "Send filterTree to change the criteria, and leave filters out beside it"
        super().__init__(path, problem, remedy)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
