"""The local store gives out in mid-push: a clear stop, and the next run loses and repeats nothing."""

from __future__ import annotations

import os
import signal
import sqlite3

import pytest

from sfpush.errors import Interrupted, NotReady
from sfpush.model import Batch, Outcome
from sfpush.runs.stop import stop_on_signal
from sfpush.store.database import FILE_NAME
from tests.push.conftest import Home, contact


def _settled(home: Home) -> None:
    home.settings = home.settings.model_copy(
        update={"push": home.settings.push.model_copy(update={"settle_seconds": 0})}
    )
    home.push()
    assert len(home.rows("Contact")) == 300
    assert len({row["Email"] for row in home.rows("Contact", "Email")}) == 300
    assert home.push().results.created == 0


def test_B3_a_full_disk(home: Home) -> None:
    home.add(*(contact(n, organization_name="Acme", website="acme.example") for n in range(300)))
    head = home.plan()
    (pages,) = home.connection.execute("PRAGMA page_count").fetchone()
    home.connection.execute(f"PRAGMA max_page_count = {pages + 30}")
    with pytest.raises(NotReady) as stopped:
        home.push(head)
    assert stopped.value.code == "disk-full"
    home.connection.execute(f"PRAGMA max_page_count = {pages * 100}")
    _settled(home)


def test_B3_a_store_that_another_process_holds(home: Home) -> None:
    home.add(*(contact(n, organization_name="Acme", website="acme.example") for n in range(300)))
    head = home.plan()
    path = home.connection.execute("SELECT file FROM pragma_database_list").fetchone()[0]
    assert path.endswith(FILE_NAME)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    home.connection.execute("PRAGMA busy_timeout = 20")
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        outcomes = real(batch)
        if batch.sobject == "Contact" and not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")
        return outcomes

    home.org.write = write  # type: ignore[method-assign]
    with pytest.raises(NotReady) as stopped:
        home.push(head)
    assert stopped.value.code == "store-locked"
    other.close()
    home.org.write = real  # type: ignore[method-assign]
    _settled(home)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_cleanly_and_the_second_at_once(home: Home, number: signal.Signals) -> None:
    home.add(*(contact(n) for n in range(3)))
    said: list[str] = []
    real = home.org.write

    def write(batch: Batch) -> tuple[Outcome, ...]:
        os.kill(os.getpid(), number)
        return real(batch)

    home.org.write = write  # type: ignore[method-assign]
    with stop_on_signal(lambda: said.append("stopping")) as stop:
        report = home.push(stop=stop)
        assert isinstance(report.stopped_by, Interrupted)
        assert (report.results.created, report.left, said) == (3, 3, ["stopping"])
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    home.org.write = real  # type: ignore[method-assign]
    assert home.push().results.created == 3
