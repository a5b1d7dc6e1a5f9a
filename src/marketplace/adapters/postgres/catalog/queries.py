"""The terms of a search as text-search queries. Words and stems consist of letters, digits, marks and a few symbols."""

from collections.abc import Callable, Iterable

from marketplace.core.domain.search_terms import (
    FILLER_IN_MAIN,
    IN_MAIN,
    IN_TEXT,
    IN_TITLE,
    PREFIX_IN_MAIN,
    PREFIX_IN_TEXT,
    Term,
    Terms,
)

PLANNED = "({words}::tsquery IS NOT NULL OR (SELECT count(*) > 0 FROM generate_series(1, 1000000000)))"
"""True, and free once the planner knows the words. A plan for any words has to reckon with the count, so PostgreSQL
never prefers it. It would expect few matches, and sort the tens of thousands of a common word or prefix to show 20.
"""


def matching(words: str) -> str:
    """Return the condition that a session matches the text-search query of a placeholder."""
    return f"s.searched @@ {words}::tsquery AND {PLANNED.format(words=words)}"


def combined(terms: Terms, relaxation: int) -> str:
    """Return the query that all required terms match, or some of them."""
    return " | ".join(" & ".join(map(_any, term)) for term in terms.combinations(relaxation))


def points(terms: Terms, matches: Callable[[str], str]) -> str:
    """Return the expression that adds the points of all terms; `matches` turns a query into a condition."""
    required = (_points(term, matches) for term in terms.required)
    fillers = (
        f"CASE WHEN {matches(_either([term.word, *term.stems], 'AC'))} THEN {FILLER_IN_MAIN} ELSE 0 END"
        for term in terms.optional
    )
    return " + ".join((*required, *fillers)) or "0"


def _points(term: Term, matches: Callable[[str], str]) -> str:
    stems = _either(term.stems, "AC")
    main = f"{_one(term.word, 'ACD')} | {stems}" if stems else _one(term.word, "ACD")
    tiers = [(_one(term.word, "A"), IN_TITLE), (main, IN_MAIN)]
    if term.by_prefix:
        tiers.append((_one(term.word, "*ACD"), PREFIX_IN_MAIN))
    tiers.append((_either([term.word, *term.stems]), IN_TEXT))
    if term.by_prefix:
        tiers.append((_one(term.word, "*"), PREFIX_IN_TEXT))
    return "CASE " + " ".join(f"WHEN {matches(query)} THEN {worth}" for query, worth in tiers) + " ELSE 0 END"


def _any(term: Term) -> str:
    return f"({_either([term.word, *term.stems]) if not term.by_prefix else _with_prefix(term)})"


def _with_prefix(term: Term) -> str:
    return " | ".join((_one(term.word, "*"), *(_one(stem) for stem in term.stems)))


def _either(lexemes: Iterable[str], weights: str = "") -> str:
    return " | ".join(_one(each, weights) for each in lexemes)


def _one(lexeme: str, weights: str = "") -> str:
    return f"'{lexeme}':{weights}" if weights else f"'{lexeme}'"
