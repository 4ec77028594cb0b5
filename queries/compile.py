"""Compiles a filter tree to Elasticsearch query DSL, valid in Elasticsearch 7.17 to 9 and OpenSearch 2 and 3.

Only and, or and not are known here; a leaf says its own query. Every negation stands in a bool of its own,
because `must_not` beside `should` would be an AND.
"""

from typing import Any

from queries.nodes import And, Node, Not, Or

Query = dict[str, Any]


def compile_filter(tree: Node) -> Query:
    """Return the query, in filter context, that matches the documents for which `evaluate` is true."""
    match tree:
        case And(()):
            return {"match_all": {}}
        case Or(()):
            return {"match_none": {}}
        case And(children):
            return {"bool": {"filter": [compile_filter(child) for child in children]}}
        case Or(children):
            return {"bool": {"should": [compile_filter(child) for child in children], "minimum_should_match": 1}}
        case Not(child):
            return {"bool": {"must_not": [compile_filter(child)]}}
        case leaf:
            return leaf.compile()
