"""A sync stopped by hand or by the system while a request is in flight: told, noted, and gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sfpush.practice.faults import Fault, FaultKind, arm, armed
from sfpush.practice.org import PracticeOrg
from sfpush.practice.serve import Serving, serving

from .conftest import Sfpush

HEAD = "First Name,Last Name,Company Name,Email,Email Status,Website,Apollo Contact Id\n"
PEOPLE, COMPANIES = 500, 20
SYNC = ("--json", "sync")


@pytest.fixture
def served(own_place: Path, sfpush: Sfpush, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    domains = [f"company{n % COMPANIES}.example" for n in range(PEOPLE)]
    rows = (f"Ann,Lee {n},{name},ann{n}@{name},Verified,{name},a{n}\n" for n, name in enumerate(domains))
    (own_place / "contacts.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    with closing(PracticeOrg(own_place / "org.sqlite")) as org, serving(org) as there:
        monkeypatch.setenv("SFPUSH_INSTANCE_URL", there.url)
        monkeypatch.setenv("SFPUSH_ACCESS_TOKEN", there.access_token)
        assert sfpush("import", "contacts.csv").code == 0
        yield there


def in_flight(served: Serving, nth: int, *arguments: str) -> subprocess.Popen[str]:
    """A sync whose nth write is with the org, which takes its time to answer."""
    arm(served.org, Fault(FaultKind.SLOW, method="POST", path="/composite/sobjects*", nth=nth, seconds=2))
    process = subprocess.Popen(
        [sys.executable, "-m", "sfpush", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while armed(served.org):
        assert process.poll() is None, "it ended before its request"
        assert time.monotonic() < deadline, "it never wrote"
        time.sleep(0.02)
    return process


def rows_in(served: Serving) -> int:
    with served.org.reading() as db:
        counts = [db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in ("Account", "Contact")]
    return sum(counts)


def whole_after_going_on(sfpush: Sfpush, served: Serving) -> bool:
    """Whether the next run completes it: every row there once, each linked, and nothing left to do."""
    assert sfpush(*SYNC).code == 0
    again = sfpush(*SYNC).data["results"]
    assert (again["unchanged"], again["created"]) == (PEOPLE, 0)
    linked = {one["salesforce_id"] for one in sfpush("--json", "records", "--synced", "yes").data["records"]}
    return rows_in(served) == len(linked) == PEOPLE + COMPANIES


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_B3_a_signal_lets_the_request_in_flight_end_and_says_how_to_go_on(
    served: Serving, sfpush: Sfpush, number: signal.Signals
) -> None:
    process = in_flight(served, 2, *SYNC)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    document = json.loads(out)
    assert (process.returncode, document["status"], document["errors"][0]["code"]) == (130, "error", "interrupted")
    assert err == ""
    assert "go on" in document["errors"][0]["hint"]
    written = document["data"]["results"]["created"]
    assert 0 < written < PEOPLE + COMPANIES
    assert rows_in(served) == written, "the answer of the request in flight was waited for"
    assert whole_after_going_on(sfpush, served)


def test_B3_a_second_signal_stops_at_once_and_loses_nothing(served: Serving, sfpush: Sfpush) -> None:
    process = in_flight(served, 2, "sync")
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "Ctrl-C again stops at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the next run goes on" in err
    assert "Traceback" not in err
    assert whole_after_going_on(sfpush, served)


def test_B3_a_killed_run_is_told_as_one_before_and_after_it_is_recovered(served: Serving, sfpush: Sfpush) -> None:
    process = in_flight(served, 2, "sync")
    process.kill()
    process.communicate()

    def last() -> tuple[str, int, int]:
        run = sfpush("--json", "history").data["runs"][-1]
        return run["status"], run["results"].get("created", 0), run["results"].get("waiting", 0)

    status, created, waiting = last()
    assert status == "failed"
    assert created + waiting > COMPANIES
    assert waiting > 0
    assert "killed, or ended by a failure" in sfpush("status").out
    assert "no answer" in sfpush("history", "show", "latest").out
    assert whole_after_going_on(sfpush, served)
    assert last()[0] == "failed"
