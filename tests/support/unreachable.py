"""An engine that nobody answers for, as every engine is when its server is down."""

from typing import Any, NoReturn

from indexer.errors import EngineUnavailable


class UnreachableEngine:
    """An `Engine` whose every method raises EngineUnavailable, save `close`."""

    kind = "unreachable"
    most_lists = 0

    def _fail(self, *_: Any) -> NoReturn:
        raise EngineUnavailable("connection refused")

    describe = create = seal = promote = drop = check = extend = index = delete = _fail
    refresh = search = scan = survey = register = unregister = propose = _fail

    def close(self) -> None:
        """Do nothing."""
