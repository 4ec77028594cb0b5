"""What makes a CSV file unfit to be imported at all; one bad row never does."""


class ImportRefused(Exception):
    """The whole file is refused before anything is changed; the message names the file, the fault and the remedy."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
