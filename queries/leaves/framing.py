"""What every leaf over one property does with a contact that has no value, in both of its queries.

A contact index asks for absence by what is not known; a percolated contact carries a term for it, because a stored
query that only excludes could not be selected by.
"""

from queries import fields
from queries.dsl import MATCH_ALL, Query, Stated, all_of, any_of, but_not, known, none_of, term

MATCH = "match"
NO_MATCH = "no-match"


def searched(name: str, asked: Stated, negative: bool, missing: bool) -> Stated:
    """Return the leaf's question about indexed contacts: `asked` is what it asks of a value."""
    return _framed(name, asked, negative, missing, none_of(known(name)))


def percolated(name: str, asked: Stated, negative: bool, missing: bool) -> Stated:
    """Return the leaf's question about a percolated contact."""
    return _framed(name, asked, negative, missing, term(fields.MISSING, name))


def with_value(name: str, missing: bool) -> Query:
    """Return the widest thing that a leaf can match: a contact with a value, or anyone."""
    return MATCH_ALL if missing else known(name)


def rendered(missing: bool) -> str:
    """Return the rule's spelling in a filter tree."""
    return MATCH if missing else NO_MATCH


def _framed(name: str, asked: Stated, negative: bool, missing: bool, absent: Query) -> Stated:
    if not asked.exact and (negative or asked.query == known(name)):
        return Stated(with_value(name, missing), False)
    query = but_not(known(name), asked.query) if negative else asked.query
    return Stated(any_of((query, absent)) if missing else all_of((query,)), asked.exact)
