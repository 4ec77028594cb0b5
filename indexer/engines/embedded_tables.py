"""The tables of the embedded engine, one set a portal and generation, beside the records in their SQLite file.

They are made and dropped as plain SQL and never migrated, because all of it can be built again. FTS5 only
keeps tokens and finds them: its tokenizer is told to leave every token of `queries.search` in one piece.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from queries import fields
from queries.fields import Document

PLAIN = "\x01"
"""Begins a second token of every word that has stems, so that typos in a word being typed find only those."""

WHOLE = "\x02"
"""Begins the token of a whole e-mail or full name."""

_SEPARATORS = "".join(map(chr, [*range(0x21), 0x7F]))
_STAND_IN = 0x10FF00
_ONE_PIECE = {ord(character): chr(_STAND_IN + ord(character)) for character in _SEPARATORS}
_PUNCTUATION = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum())
_TOKENIZER = "ascii tokenchars '" + (PLAIN + WHOLE + _PUNCTUATION).replace("'", "''") + "'"
_PREFIXES = "1 2 3 4 5 6 7"


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of one generation's tables."""

    portal_id: int
    generation: int

    @property
    def name(self) -> str:
        """What the names of all of them begin with; also the name of the index."""
        return f"index_{self.portal_id}_{self.generation}"

    @property
    def identity(self) -> str:
        """One row with the random identity of this generation."""
        return f"{self.name}_identity"

    @property
    def documents(self) -> str:
        """Documents without their search fields; a deleted contact keeps its version and has nothing else."""
        return f"{self.name}_documents"

    @property
    def tokens(self) -> str:
        """The FTS5 index of search tokens, by the change number of the contact."""
        return f"{self.name}_tokens"

    @property
    def terms(self) -> str:
        """Every distinct token in `tokens`, in order."""
        return f"{self.name}_terms"


def create(connection: Connection, tables: Tables) -> str:
    """Make the tables, empty, and return their identity; anything of these names is dropped first."""
    drop(connection, tables)
    connection.exec_driver_sql(f"CREATE TABLE {tables.identity} (identity TEXT NOT NULL)")
    connection.exec_driver_sql(
        f"CREATE TABLE {tables.documents} (vid INTEGER PRIMARY KEY, version INTEGER NOT NULL, "
        "change INTEGER UNIQUE, tokens TEXT, body TEXT)"
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {tables.tokens} USING fts5(tokens, content='', columnsize=0, detail=none, "
        f"prefix='{_PREFIXES}', tokenize={_quoted(_TOKENIZER)})"
    )
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {tables.terms} USING fts5vocab({tables.tokens}, 'row')")
    identity = secrets.token_hex(16)
    connection.exec_driver_sql(f"INSERT INTO {tables.identity} VALUES (?)", (identity,))
    return identity


def drop(connection: Connection, tables: Tables) -> None:
    """Drop the tables that are there."""
    for table in (tables.terms, tables.tokens, tables.documents, tables.identity):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def read_identity(connection: Connection, tables: Tables) -> str:
    """Return the identity that `create` gave; raises OperationalError where a table is missing."""
    connection.exec_driver_sql(f"SELECT 1 FROM {tables.documents}, {tables.tokens} LIMIT 0")
    return str(connection.exec_driver_sql(f"SELECT identity FROM {tables.identity}").scalar_one())


def encoded(token: str) -> str:
    """Return the token as FTS5 keeps it, of the same length: without the characters that separate tokens.

    What stands in for them are private characters, which no valid e-mail and no word contains.
    """
    return token.translate(_ONE_PIECE)


def document_tokens(document: Document) -> str:
    """Return all tokens of a document in FTS5's form: its words, those that have stems again, and wholes."""
    stems = frozenset(document[fields.STEMS])
    words = [encoded(word) for word in document[fields.WORDS]]
    plain = (PLAIN + word for word in words if word in stems)
    whole = (WHOLE + encoded(marker) for marker in document[fields.WHOLE])
    return " ".join((*words, *plain, *whole))


def either(expressions: Iterable[str]) -> str:
    """Return the FTS5 expression that is met where one of these is."""
    return f"({' OR '.join(expressions)})"


def every(expressions: Iterable[str]) -> str:
    """Return the FTS5 expression that is met where all of these are."""
    return f"({' AND '.join(expressions)})"


def exactly(token: str, mark: str = "") -> str:
    """Return the FTS5 expression that a token under a mark meets; nothing in the token is syntax."""
    return '"' + mark + encoded(token).replace('"', '""') + '"'


def beginning(token: str, mark: str = "") -> str:
    """Return the FTS5 expression that tokens under a mark with this beginning meet."""
    return exactly(token, mark) + "*"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
