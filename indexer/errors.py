"""What can go wrong between the records and an engine."""


class EngineError(Exception):
    """Base of every failure of a search engine; the records are unharmed and the work is done later."""


class EngineUnavailable(EngineError):
    """No connection, a time-out, 429 or 5xx: everyone backs off, nothing is parked (design rule 11)."""


class PartialAnswer(EngineError):
    """An answer that is not whole: a failed shard, a time-out inside, fewer hits than counted, or no sentinel."""


class IndexLost(EngineError):
    """An index generation that the records know is not on the engine, or is another one of the same name."""

    def __init__(self, portal_id: int, generation: int) -> None:
        super().__init__(f"the index of portal {portal_id}, generation {generation}, is gone")
        self.portal_id = portal_id
        self.generation = generation


class RequestRefused(EngineError):
    """The engine answered 4xx to a whole request; `status` and `reason` are its own."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the engine refused the request with {status}: {reason}")
        self.status = status
        self.reason = reason


class UnsupportedEngine(EngineError):
    """The server at the engine's address is none that this service knows how to speak to."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"{found} is not supported: run Elasticsearch 7.17, 8 or 9, or OpenSearch 2 or 3, "
            "and let ELASTICSEARCH_URL name it"
        )
        self.found = found


class NewerIndex(EngineError):
    """The portal's index was built by a newer release; this process reads it and leaves its upkeep to that release."""

    def __init__(self, portal_id: int) -> None:
        super().__init__(
            f"the index of portal {portal_id} was built by a newer release: upgrade this process and start it again, "
            f"or go back for good by `contacts reindex --portal {portal_id}`"
        )


class WrongEngine(EngineError):
    """The portal's index was made by an engine of another kind; only a rebuild may change over (design rule 12)."""

    def __init__(self, portal_id: int, made_by: str, running: str) -> None:
        super().__init__(
            f"the index of portal {portal_id} was made by {made_by}, this process runs {running}: "
            f"run `contacts reindex --portal {portal_id}` to build it anew"
        )
        self.portal_id = portal_id
