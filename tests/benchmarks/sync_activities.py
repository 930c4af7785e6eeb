"""`sync` with many activities of people who are in Salesforce already, and once more when nothing has changed.

    python -m tests.benchmarks.sync_activities [activities ...]        (default: 5000 50000)

Half of them are e-mails with bodies of 2 kB, the others calls, tasks, notes and meetings. Prints seconds, API calls,
results and peak memory of each sync, through Collections and through Bulk. The practice org answers from a process of
its own; each sync is a process of its own.
"""

# ruff: noqa: T201

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PEOPLE = 1000
_SWITCHES = """
[push]
bulk_threshold = {threshold}
[mailboxes]
addresses = ["sam@ours.example"]
[activities.emails]
push = true
[activities.notes]
push = true
[activities.tasks]
push = true
[activities.calls]
push = true
[activities.meetings]
push = true
"""


def main(sizes: list[int]) -> None:
    """Measure each size through both transports and print the figures."""
    for size in sizes:
        for transport, threshold in (("Collections", 100_000_000), ("Bulk", 2_000)):
            with tempfile.TemporaryDirectory() as name, _served(Path(name)) as environment:
                folder = Path(name)
                settings = folder / "sfpush.toml"
                settings.write_text(_SWITCHES.format(threshold=threshold), "utf-8")
                inbox = folder / "inbox"
                inbox.mkdir()
                (inbox / "contacts.json").write_text(json.dumps({"contacts": list(_people())}), "utf-8")
                _sync(folder, environment)
                _write_activities(inbox, size)
                print(f"{size:,} activities of {PEOPLE:,} people, {transport}")
                for label in ("first sync", "the same again", "and again"):
                    figures = _sync(folder, environment)
                    print(
                        f"  {label:<15} {figures['seconds']:7.1f} s  {figures['api_calls']:4} API calls"
                        f"  peak {figures['peak_mb']:.0f} MB  {figures['results']}"
                    )


@contextmanager
def _served(folder: Path) -> Iterator[dict[str, str]]:
    server = subprocess.Popen(
        [sys.executable, "-m", "sfpush", "--home", folder / "org", "--json", "practice", "serve"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        yield {
            **os.environ,
            "SFPUSH_INSTANCE_URL": ready["url"],
            "SFPUSH_ACCESS_TOKEN": ready["access_token"],
        }
    finally:
        server.terminate()
        server.wait()


def _sync(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.sync_activities", "--one", folder],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return figures


def _one(folder: Path) -> None:
    from sfpush.cli import main as sfpush

    sys.argv = [
        "sfpush", "--home", str(folder / "home"), "--config", str(folder / "sfpush.toml"), "--json",
        "sync", "--inbox", str(folder / "inbox"), "--over-budget",
    ]  # fmt: skip
    output = sys.stdout = open(folder / "answer.json", "w+", encoding="utf-8")  # noqa: SIM115, PTH123
    started = time.perf_counter()
    try:
        sfpush()
    except SystemExit as end:
        assert end.code in (0, None, 7), end.code
    seconds = time.perf_counter() - started
    sys.stdout = sys.__stdout__
    output.seek(0)
    data = json.load(output)["data"]
    figures = {
        "seconds": seconds,
        "peak_mb": _peak_mb(),
        "api_calls": data["api_calls"],
        "results": {name: number for name, number in data["results"].items() if number},
    }
    print(json.dumps(figures))


def _peak_mb() -> float:
    """Of this process since it began; `ru_maxrss` would count what its parent held when it forked."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _people() -> Iterator[dict[str, Any]]:
    for number in range(PEOPLE):
        yield {
            "id": f"c{number:06}",
            "first_name": "Ann",
            "last_name": f"Lee {number}",
            "email": f"ann{number}@acme{number // 5}.example",
            "email_status": "verified",
            "organization_name": f"Acme {number // 5}",
            "website_url": f"https://acme{number // 5}.example",
        }


def _write_activities(inbox: Path, size: int) -> None:
    by_list: dict[str, list[dict[str, Any]]] = {}
    for number in range(size):
        name, body = _activity(number)
        by_list.setdefault(name, []).append(body)
    for name, bodies in by_list.items():
        (inbox / f"{name}.json").write_text(json.dumps({name: bodies}), "utf-8")


def _activity(number: int) -> tuple[str, dict[str, Any]]:
    person = number * 7 % PEOPLE
    contact, address = f"c{person:06}", f"ann{person}@acme{person // 5}.example"
    at = f"2026-11-{1 + number % 20:02}T{number % 24:02}:00:00Z"
    shared = {"id": f"a{number:06}", "contact_id": contact}
    match number % 8:
        case 0:
            return "phone_calls", {**shared, "status": "completed", "inbound": False, "duration": 60, "start_time": at}
        case 1:
            return "tasks", {**shared, "type": "call", "status": "scheduled", "priority": "high", "due_at": at}
        case 2:
            return "notes", {**shared, "content": f"Note {number}\nwith a second line"}
        case 3:
            people = [{"email": address, "contact_id": contact}]
            times = {"start_time": at, "end_time": at}
            return "calendar_events", {
                "id": shared["id"],
                "title": f"Meeting {number}",
                "participants": people,
                **times,
            }
        case _:
            return "emailer_messages", {
                **shared,
                "subject": f"Mail {number}",
                "body_text": f"Mail {number} " + "words " * 330,
                "from_email": "sam@ours.example",
                "to_email": address,
                "status": "completed",
                "completed_at": at,
                "emailer_campaign_id": "k1",
                "provider_thread_id": f"t{number}",
            }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]))
    else:
        main([int(text) for text in sys.argv[1:]] or [5_000, 50_000])
