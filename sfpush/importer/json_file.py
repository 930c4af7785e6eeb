"""The records of a JSON export, each with its kind; the account inside a contact is a record too (I4)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import orjson

from sfpush.errors import SourceUnreadable
from sfpush.importer.assembly import RawRecord
from sfpush.importer.documents import read_documents
from sfpush.importer.flatten import flatten
from sfpush.importer.kinds import Kind, kind_of, refuse_what_it_is_not, types_to_choose_from
from sfpush.importer.normalise import list_entry, record_parser, with_fallbacks
from sfpush.importer.parsed import Parsed, Reject, RowProblem, shown
from sfpush.importer.source import BROKEN, Source
from sfpush.model import RecordType

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_ACCOUNTS_REMEMBERED = 10_000


def read_json(source: Source, kind: Kind | None) -> tuple[Kind, Iterator[Parsed]]:
    """What the file holds, as far as its first record says, and its records. `kind` is for those without a wrapper.

    Raises SourceUnreadable when there is no record in it, or the first does not tell what it is.
    """
    lists_seen: list[Kind] = []
    records = read_documents(source, lists_seen)
    rejected: list[Parsed] = []
    for first in records:
        if isinstance(first, Reject):
            rejected.append(first)
            continue
        if first.kind is None:
            refuse_what_it_is_not(source.path.name, frozenset(first.body), kind)
        found = _kind_of(first, kind)
        if found is None:
            raise SourceUnreadable(
                f"{source.path.name} does not tell what it holds: its first record has"
                f" {shown(', '.join(first.body) or 'no fields')}.",
                hint=f"If it is an Apollo export, say which with --type: {types_to_choose_from()}.",
                code="unknown-records",
            )
        return found, _Records(source, kind).read(rejected, first, records)
    if lists_seen and not rejected:
        return lists_seen[0], iter(())
    problem = rejected[0] if rejected else None
    why = f" Line {problem.line}: {problem.message}" if isinstance(problem, Reject) else ""
    raise SourceUnreadable(
        f"{source.path.name} holds no record that can be read.{why}", hint="Export it from Apollo again."
    )


def _kind_of(raw: RawRecord, kind: Kind | None) -> Kind | None:
    return raw.kind or kind or kind_of(frozenset(raw.body))


class _Records:
    """Raw records to parsed ones."""

    def __init__(self, source: Source, kind: Kind | None) -> None:
        self._source = source
        self._kind = kind
        self._accounts: OrderedDict[str, bytes] = OrderedDict()

    def read(self, before: list[Parsed], first: RawRecord, others: Iterator[RawRecord | Reject]) -> Iterator[Parsed]:
        yield from before
        yield from self._parse(first)
        for raw in others:
            if isinstance(raw, Reject):
                yield raw
            else:
                yield from self._parse(raw)

    def _parse(self, raw: RawRecord) -> Iterator[Parsed]:
        try:
            kind = self._kind_of(raw)
            self._check(raw.body)
            if kind.record_type is None:
                yield list_entry(kind, raw.body)
                return
            yield self._record(kind.record_type, raw.body)
            if kind.record_type is RecordType.CONTACT:
                yield from self._account_of(raw.body)
        except RowProblem as problem:
            yield problem.at(raw.line)

    def _record(self, record_type: RecordType, body: dict[str, Any]) -> Parsed:
        fields, given = flatten(record_type, body)
        return record_parser(record_type, self._source.path.name)(fields, with_fallbacks(record_type, given))

    def _account_of(self, contact: dict[str, Any]) -> Iterator[Parsed]:
        account = contact.get("account")
        if not isinstance(account, dict) or not (account.get("id") or account.get("name")):
            return
        # A page of one company's people repeats the company with each of them.
        text = orjson.dumps(account)
        name = str(account.get("id") or account["name"])
        if self._accounts.get(name) == text:
            return
        self._accounts[name] = text
        if len(self._accounts) > _ACCOUNTS_REMEMBERED:
            self._accounts.popitem(last=False)
        yield self._record(RecordType.ACCOUNT, account)

    def _kind_of(self, raw: RawRecord) -> Kind:
        kind = _kind_of(raw, self._kind)
        if kind is None:
            raise RowProblem("unknown-type", f"Nothing tells what this is: {shown(', '.join(raw.body))}.")
        return kind

    def _check(self, body: dict[str, Any]) -> None:
        try:
            text = orjson.dumps(body)
        except orjson.JSONEncodeError as problem:
            raise RowProblem("too-deep", "The record is nested too deeply, or holds text that is no text.") from problem
        if b"\\u0000" in text and _NUL.search(text):
            raise RowProblem("nul", "The record holds a NUL character.")
        if self._source.doubtful and BROKEN.encode() in text:
            raise RowProblem("encoding", "Some bytes of the record can't be read as text.")
