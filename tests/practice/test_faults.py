"""Failures on request, as a plain requests client sees them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from sfpush.practice import faults
from sfpush.practice.faults import Fault, FaultKind
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from tests.practice.conftest import Wire, error_of

BROKEN = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def arm(wire: Wire, kind: FaultKind, path: str = "/sobjects/*", **options: object) -> None:
    faults.arm(wire.server.org, Fault(kind, path=path, **options))  # type: ignore[arg-type]


def count(wire: Wire) -> int:
    return int(wire.query("SELECT COUNT() FROM Account")["totalSize"])


@pytest.mark.parametrize(
    ("kind", "saved"), [(FaultKind.CLOSE_BEFORE_COMMIT, 0), (FaultKind.CLOSE_AFTER_COMMIT, 1), (FaultKind.CUT_OFF, 1)]
)
def test_a_closed_connection_before_or_after_the_commit(wire: Wire, kind: FaultKind, saved: int) -> None:
    arm(wire, kind)
    with pytest.raises(BROKEN):
        wire.post("/sobjects/Account", {"Name": "A"})
    assert count(wire) == saved
    assert wire.post("/sobjects/Account", {"Name": "B"}).status_code == 201


@pytest.mark.parametrize(("kind", "saved"), [(FaultKind.SILENT_BEFORE_COMMIT, 0), (FaultKind.SILENT_AFTER_COMMIT, 1)])
def test_an_answer_that_never_comes(wire: Wire, kind: FaultKind, saved: int) -> None:
    arm(wire, kind)
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.post("/sobjects/Account", {"Name": "A"}, timeout=0.2)
    assert count(wire) == saved


def test_unavailable_with_and_without_retry_after(wire: Wire) -> None:
    arm(wire, FaultKind.UNAVAILABLE)
    arm(wire, FaultKind.UNAVAILABLE, retry_after=7)
    bare, dated = (wire.post("/sobjects/Account", {"Name": "A"}) for _ in range(2))
    assert (bare.status_code, dated.status_code) == (503, 503)
    assert "Server Unavailable" in bare.text
    assert "Retry-After" not in bare.headers
    assert dated.headers["Retry-After"] == "7"
    assert count(wire) == 0


def test_an_expired_session_stays_expired(wire: Wire) -> None:
    arm(wire, FaultKind.SESSION_EXPIRED)
    for _ in range(2):
        assert error_of(wire.post("/sobjects/Account", {"Name": "A"}))[:2] == (401, "INVALID_SESSION_ID")


def test_locked_rows_all_or_some(wire: Wire) -> None:
    arm(wire, FaultKind.ROW_LOCKED)
    refused = error_of(wire.post("/sobjects/Account", {"Name": "A"}))
    assert refused[:2] == (400, "UNABLE_TO_LOCK_ROW")
    assert refused[2].startswith("unable to obtain exclusive access to this record")
    arm(wire, FaultKind.ROW_LOCKED, path="/composite/sobjects", every=2)
    verdicts = wire.collection("Account", *({"Name": name} for name in "ABCD"))
    assert [each["success"] for each in verdicts] == [False, True, False, True]
    assert verdicts[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"


def test_the_two_limits_differ_by_their_text(wire: Wire) -> None:
    arm(wire, FaultKind.DAILY_LIMIT)
    arm(wire, FaultKind.CONCURRENT_LIMIT)
    answers = [error_of(wire.post("/sobjects/Account", {"Name": "A"})) for _ in range(2)]
    assert answers == [
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
    ]


def test_truncated_json(wire: Wire) -> None:
    arm(wire, FaultKind.TRUNCATED)
    answer = wire.post("/sobjects/Account", {"Name": "A"})
    assert answer.status_code == 201
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert count(wire) == 1


def test_a_slow_answer_comes_after_the_client_has_gone(wire: Wire) -> None:
    arm(wire, FaultKind.SLOW, seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.post("/sobjects/Account", {"Name": "A"}, timeout=0.2)
    assert count(wire) == 1


def test_a_fault_strikes_the_nth_request_some_times(wire: Wire) -> None:
    faults.arm(wire.server.org, Fault(FaultKind.UNAVAILABLE, method="post", path="/sobjects/Account", nth=2, times=2))
    codes = [wire.post("/sobjects/Account", {"Name": str(number)}).status_code for number in range(5)]
    assert codes == [201, 503, 503, 201, 201]
    assert faults.armed(wire.server.org) == []
    assert [each.status for each in wire.server.requests] == codes


def test_another_process_can_arm_and_disarm(wire: Wire) -> None:
    other = PracticeOrg(wire.server.org.path)
    faults.arm(other, Fault(FaultKind.UNAVAILABLE, path="/limits", times=5))
    assert wire.get("/limits").status_code == 503
    assert faults.armed(other) == [Fault(FaultKind.UNAVAILABLE, path="/limits", times=4)]
    faults.disarm(other)
    assert wire.get("/limits").ok
    other.close()


class TestContention:
    @pytest.fixture
    def practice_rules(self) -> Rules:
        return Rules.parse("[org]\nwrite_seconds = 0.5")

    def test_two_writers_of_one_account_lock_each_other_out(self, wire: Wire) -> None:
        account, other = wire.create("Account", Name="A"), wire.create("Account", Name="B")

        together = Barrier(3)

        def add(account_id: str) -> bool:
            client = Wire(wire.server)
            together.wait(timeout=10)
            verdict = client.collection("Contact", {"LastName": "x", "AccountId": account_id})[0]
            client.session.close()
            return bool(verdict["success"])

        with ThreadPoolExecutor(3) as pool:
            verdicts = list(pool.map(add, [account, account, other]))
        assert sorted(verdicts[:2]) == [False, True]
        assert verdicts[2]
