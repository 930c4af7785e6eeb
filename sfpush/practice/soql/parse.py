"""SOQL text → tree. Faults are `Refused` MALFORMED_QUERY, with the place marked as Salesforce marks it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from sfpush.practice.refusals import Refused
from sfpush.practice.soql import tree
from sfpush.practice.soql.grammar import GRAMMAR

LONGEST_STATEMENT = 100_000
_LARGEST_COUNT = 2**62
_KINDS = {"COUNT": "number"}


def parse(soql: str) -> tree.Query:
    """The tree of a SELECT statement."""
    parsed: tree.Query = _parsed(soql, "query")
    return parsed


def parse_condition(text: str) -> tree.Condition:
    """The tree of a bare WHERE condition, as validation rules hold them."""
    parsed: tree.Condition = _parsed(text, "condition")
    return parsed


def malformed(soql: str, at: int, message: str, code: str = "MALFORMED_QUERY") -> Refused:
    """The refusal of a statement, pointing at the character `at`."""
    return Refused(400, code, place(soql, at) + message)


def place(soql: str, at: int) -> str:
    """The lines Salesforce puts before the message: part of the statement, a caret under the fault, row and column."""
    row = soql.count("\n", 0, at) + 1
    line_start = soql.rfind("\n", 0, at) + 1
    line_end = soql.find("\n", at)
    start = max(line_start, at - 60)
    shown = soql[start : line_end if line_end >= 0 else len(soql)][:120]
    return f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{at - line_start + 1}\n"


def _parsed(text: str, start: str) -> Any:
    if len(text) > LONGEST_STATEMENT:
        raise Refused(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST_STATEMENT} characters.")
    try:
        return _parser().parse(text, start=start)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise malformed(text, len(text), "unexpected token: <EOF>") from None
        raise malformed(text, error.token.start_pos or 0, f"unexpected token: '{error.token}'") from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        message = f"line {error.line}:{error.column} no viable alternative at character '{text[at]}'"
        raise malformed(text, at, message) from None
    except UnexpectedInput:
        raise malformed(text, len(text), "unexpected end of statement") from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Built at the first query (about 30 ms), not at import."""
    return Lark(GRAMMAR, parser="lalr", start=["query", "condition"], transformer=_ToTree(), maybe_placeholders=False)


class _ToTree(Transformer[Token, Any]):
    """Each method is named for a rule of the grammar and makes the tree's value for it."""

    def query(self, children: list[Any]) -> tree.Query:
        names = [each for each in children if isinstance(each, Token)]
        selected = tuple(each for each in children if isinstance(each, tree.Name | tree.Call | tree.Query))
        parts: dict[str, Any] = dict(each for each in children if isinstance(each, tuple))
        return tree.Query(selected, _name(names[0]), **parts)

    def field(self, children: list[Token]) -> tree.Name:
        return _name(children[0])

    def aliased_field(self, children: list[Token]) -> tree.Call:
        return tree.Call("", _name(children[0]), children[0].start_pos or 0, str(children[1]))

    def aggregate(self, children: list[Any]) -> tree.Call:
        call: tree.Call = children[0]
        return tree.Call(call.function, call.argument, call.at, str(children[1])) if len(children) > 1 else call

    def children(self, children: list[tree.Query]) -> tree.Query:
        return children[0]

    def call(self, children: list[Token]) -> tree.Call:
        argument = _name(children[1]) if len(children) > 1 else None
        return tree.Call(children[0].upper(), argument, children[0].start_pos or 0)

    def alias(self, children: list[Token]) -> tuple[str, str | None]:
        return "alias", str(children[0]) if children else None

    def where(self, children: list[tree.Condition]) -> tuple[str, tree.Condition | None]:
        return "where", children[0] if children else None

    def having(self, children: list[tree.Condition]) -> tuple[str, tree.Condition | None]:
        return "having", children[0] if children else None

    def group(self, children: list[Token]) -> tuple[str, tuple[tree.Name, ...]]:
        return "group_by", tuple(_name(each) for each in children)

    def order(self, children: list[tree.Ordering]) -> tuple[str, tuple[tree.Ordering, ...]]:
        return "order_by", tuple(children)

    def ordering(self, children: list[Any]) -> tree.Ordering:
        words = {each.upper() for each in children[1:]}
        return tree.Ordering(children[0], "DESC" in words, "LAST" in words)

    def direction(self, children: list[Token]) -> str:
        return str(children[0])

    def nulls(self, children: list[Token]) -> str:
        return str(children[0])

    def limit(self, children: list[Token]) -> tuple[str, int | None]:
        return "limit", _count(children[0]) if children else None

    def offset(self, children: list[Token]) -> tuple[str, int]:
        return "offset", _count(children[0]) if children else 0

    def all(self, children: list[tree.Condition]) -> tree.Every:
        return tree.Every(tuple(children))

    def any(self, children: list[tree.Condition]) -> tree.Some:
        return tree.Some(tuple(children))

    def negation(self, children: list[tree.Condition]) -> tree.Not:
        return tree.Not(children[0])

    def comparison(self, children: list[Any]) -> tree.Comparison:
        return tree.Comparison(children[0], str(children[1]), children[2])

    def like(self, children: list[Any]) -> tree.Like:
        return tree.Like(children[0], children[1])

    def within(self, children: list[Any]) -> tree.Within:
        return tree.Within(children[0], children[1], negated=False)

    def without(self, children: list[Any]) -> tree.Within:
        return tree.Within(children[0], children[1], negated=True)

    def includes(self, children: list[Any]) -> tree.Includes:
        return tree.Includes(children[0], children[1], negated=False)

    def excludes(self, children: list[Any]) -> tree.Includes:
        return tree.Includes(children[0], children[1], negated=True)

    def name(self, children: list[Token]) -> tree.Name:
        return _name(children[0])

    def values(self, children: list[tree.Value]) -> tuple[tree.Value, ...]:
        return tuple(children)

    def value(self, children: list[Token]) -> tree.Value:
        token = children[0]
        kind, text = _KINDS.get(token.type, token.type.lower()), str(token)
        if kind == "name":
            lower = text.lower()
            kind = "boolean" if lower in ("true", "false") else "null" if lower == "null" else "date_literal"
        return tree.Value(kind, text, token.start_pos or 0)


def _count(token: Token) -> int:
    """A row count; more than any table holds is as good as the most SQLite counts to."""
    return min(int(float(token)), _LARGEST_COUNT)


def _name(token: Token) -> tree.Name:
    return tree.Name(str(token), token.start_pos or 0)
