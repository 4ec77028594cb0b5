"""A search as an engine's query and, beside it, its meaning in Python, to hold one against the other.

A hit's score is its tier: 5 whole e-mail, 4 full name, 3 exact words, 2 the last word is a prefix, 1 typos.
The queries use only what Elasticsearch 7.17 to 9 and OpenSearch 2 and 3 share, over the keyword fields
`words`, `stems` and `whole`. A word is asked once for all tiers where they agree on it, so that the longest
search stays under the 1,024 clauses that engines allow.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz.distance import OSA

from queries.search import SearchText, typo_budget

Query = dict[str, Any]
Tokens = Mapping[str, Sequence[str]]

WHOLE_EMAIL = 5
FULL_NAME = 4
EXACT_WORDS = 3
PREFIX = 2
TYPOS = 1

_WHOLE_TIERS = {"e:": WHOLE_EMAIL, "n:": FULL_NAME}


def exact_and_prefix(search: SearchText) -> Query:
    """Return the query of tiers 5 to 2, which scores each hit by the best of its tiers."""
    if not search.words:
        return {"match_none": {}}
    *before, last = search.words
    return _best([*_whole_tiers(search), _all([_word(word) for word in before], _last_word_tiers(last))])


def with_typos(search: SearchText) -> Query:
    """Return the query of all tiers: what `exact_and_prefix` finds keeps its score and so comes first."""
    if not search.words:
        return {"match_none": {}}
    *before, last = search.words
    certain = [_word(word) for word in before if not typo_budget(word)]
    forgiving = [word for word in before if typo_budget(word)]
    typos = _all(
        [clause for word in forgiving for clause in _near("words", word)],
        _scored(_forgiven_last(last), TYPOS),
    )
    exact = _all([_word(word) for word in forgiving], _last_word_tiers(last))
    return _best([*_whole_tiers(search), _all(certain, _best([exact, typos]))])


def sort_clause() -> list[dict[str, str]]:
    """Return the order of hits: the better tier, then the newest change."""
    return [{"_score": "desc"}, {"change": "desc"}]


def matches_tier(search: SearchText, tokens: Tokens) -> int:
    """Return the best tier in which a document's tokens match, 0 where none does: the reference meaning."""
    if not search.words:
        return 0
    met = [_WHOLE_TIERS[marker[:2]] for marker in search.whole if marker in tokens["whole"]]
    return max([*met, _words_tier(search.words, tokens)])


def is_near(word: str, terms: Iterable[str]) -> bool:
    """Return whether a word is one of the terms but for the typos that it forgives."""
    budget = typo_budget(word)
    return budget > 0 and any(
        term[0] == word[0] and OSA.distance(word, term, score_cutoff=budget) <= budget for term in terms
    )


def _words_tier(asked: Sequence[str], tokens: Tokens) -> int:
    *before, last = asked
    if set(before) <= set(tokens["words"]):
        if last in tokens["words"]:
            return EXACT_WORDS
        if _begins_a_word(last, tokens):
            return PREFIX
    return TYPOS if _met_with_typos(asked, tokens) else 0


def _met_with_typos(asked: Sequence[str], tokens: Tokens) -> bool:
    *before, last = asked
    return all(_is_met(word, tokens) for word in before) and _last_is_met(last, tokens)


def _is_met(word: str, tokens: Tokens) -> bool:
    return word in tokens["words"] or is_near(word, tokens["words"])


def _last_is_met(word: str, tokens: Tokens) -> bool:
    return _begins_a_word(word, tokens) or is_near(word, tokens[_typed_field(word)])


def _begins_a_word(prefix: str, tokens: Tokens) -> bool:
    return any(word.startswith(prefix) for word in tokens["words"])


def _typed_field(last: str) -> str:
    """Return where typos in the word being typed are forgiven: e-mails have no stems, so only as a whole."""
    return "words" if "@" in last else "stems"


def _forgiven_last(word: str) -> Query:
    return _any([*_near(_typed_field(word), word), _prefix(word)])


def _near(field: str, word: str) -> list[Query]:
    """Return the fuzzy clause of a word, none where no typo is forgiven.

    The rewrite makes every near term count; the engines' default stops at the 50 nearest.
    """
    if not (budget := typo_budget(word)):
        return []
    forgiving = {
        "fuzziness": budget,
        "prefix_length": 1,
        "transpositions": True,
        "rewrite": "constant_score",
    }
    return [{"fuzzy": {field: {"value": word, **forgiving}}}]


def _whole_tiers(search: SearchText) -> list[Query]:
    return [_scored({"term": {"whole": marker}}, _WHOLE_TIERS[marker[:2]]) for marker in search.whole]


def _last_word_tiers(last: str) -> Query:
    return _best([_scored(_word(last), EXACT_WORDS), _scored(_prefix(last), PREFIX)])


def _word(word: str) -> Query:
    return {"term": {"words": word}}


def _prefix(word: str) -> Query:
    return {"prefix": {"words": {"value": word}}}


def _any(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _all(conditions: list[Query], scored: Query) -> Query:
    """Return the scored query narrowed by conditions, which add nothing to the score."""
    return {"bool": {"must": [scored], "filter": conditions}} if conditions else scored


def _best(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return {"dis_max": {"tie_breaker": 0.0, "queries": queries}}


def _scored(query: Query, tier: int) -> Query:
    return {"constant_score": {"filter": query, "boost": tier}}
