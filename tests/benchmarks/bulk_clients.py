"""10,000 new leads by Bulk API 2.0: sfpush beside simple-salesforce, jsforce and sf, in one run.

    python -m tests.benchmarks.bulk_clients [rows] [times]        (default: 10000 3)

Each client upserts the same rows by an external id into a fresh practice org whose jobs wait for nothing, and fetches
their results: sfpush from an Apollo export in its store, the others from the very file that sfpush uploaded. Printed
are medians of wall and CPU seconds and of the peak memory of each client's whole process, and the requests it sent.

Wall clock is mostly the server's work, on the same cores, and how often a client polls: sf each 5 s, jsforce each
second, simple-salesforce as asked, here each 10 ms. sfpush also reads what changed in the org, decides about every
record (`sync`; `push --plan` carries out a plan made before), journals what it sends and links what came back.

jsforce takes part if SFPUSH_JSFORCE names the folder it is installed in, sf if it is on the PATH.
"""

# ruff: noqa: T201

from __future__ import annotations

import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from sfpush.practice.bulk import jobs
from sfpush.practice.org import PracticeOrg
from sfpush.practice.rules import Rules
from sfpush.practice.serve import Serving, serving

RULES = '[[fields]]\nsobject = "Lead"\nname = "Apollo_Id__c"\nlength = 50\nexternal_id = true\nunique = true'
SETTINGS = '[contacts]\ncreate_as = "lead"\n[salesforce.external_ids]\nlead = "Apollo_Id__c"\n'
HEAD = "First Name,Last Name,Title,Company,Email,Email Status,Work Direct Phone,Apollo Contact Id".split(",")
EXPORT, UPLOAD, PLAN = "leads.csv", "upload.csv", "plan.json"
JUDGE = Path(__file__).parents[1] / "clients" / "judge.mjs"


@dataclass(frozen=True, slots=True)
class Load:
    """A process that loads the rows: what is measured."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    """What it gets on standard input."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one load took: seconds, megabytes, requests in all and those of the write alone."""

    wall: float
    cpu: float
    peak_mb: float
    requests: int
    write_requests: int


Client = Callable[[Serving, Path], Load]
"""Makes a client ready to load, in the folder that holds the rows."""


def main(rows: int, times: int) -> None:
    """Measure every client that is here `times` times, in turn, and print the medians."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        write_export(folder / EXPORT, rows)
        costs: dict[str, list[Cost]] = {}
        for turn in range(times):
            for name, client in present().items():
                with fresh_org(folder / f"{turn} {name}.db") as served:
                    costs.setdefault(name, []).append(measured(client(served, folder), served, folder, rows))
                    if not (folder / UPLOAD).exists():
                        keep_upload(served.org, folder / UPLOAD)
        print(f"{rows:,} leads, {(folder / UPLOAD).stat().st_size / 1e6:.1f} MB, medians of {times}")
        print(f"{'':<26}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'requests':>10}{'for the write':>15}")
        for name, each in costs.items():
            print(
                f"{name:<26}{middle(each, 'wall'):>8.2f}{middle(each, 'cpu'):>8.2f}{middle(each, 'peak_mb'):>9.0f}"
                f"{middle(each, 'requests'):>10.0f}{middle(each, 'write_requests'):>15.0f}"
            )


def middle(costs: Sequence[Cost], name: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(each, name) for each in costs)


def present() -> dict[str, Client]:
    """The clients that are installed here; sfpush goes first, for its upload is what the others load."""
    clients: dict[str, Client] = {
        "sfpush sync": sfpush_sync,
        "sfpush push --plan": sfpush_push_plan,
        "simple-salesforce bulk2": simple_salesforce,
    }
    if os.environ.get("SFPUSH_JSFORCE"):
        clients["jsforce bulk2"] = jsforce
    if shutil.which("sf") is not None:
        clients["sf data upsert bulk"] = sf_command_line
    return clients


def write_export(file: Path, rows: int) -> None:
    """An Apollo export of new people, twenty to a company."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for at in range(rows):
            address = f"ann{at}@company{at // 20}.example"
            writer.writerow(
                ["Ann", f"Lee {at}", "CEO", f"Company {at // 20}", address, "Verified", f"+1 555 {at:07}", f"a{at:07}"]
            )


@contextmanager
def fresh_org(file: Path) -> Iterator[Serving]:
    """An empty org with the external-id field, answering."""
    with closing(PracticeOrg(file, Rules.parse(RULES))) as org, serving(org) as served:
        yield served


def keep_upload(org: PracticeOrg, file: Path) -> None:
    """Keep what was uploaded to the org's one job, for others to load."""
    (job,) = jobs.listed(org, "ingest")
    content = jobs.content(org, job.id)
    assert content is not None
    file.write_bytes(content)


def measured(load: Load, served: Serving, folder: Path, rows: int) -> Cost:
    """Run it and see that every row has become a lead."""
    before, log = len(served.requests), folder / "said"
    with log.open("w") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            load.command,
            env={**os.environ, **load.environment},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            text=True,
        )
        assert process.stdin is not None
        with process.stdin as told:
            told.write(load.told)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    sent = list(served.requests)[before:]
    if process.returncode or leads(served) != rows:
        raise SystemExit(f"{load.command} ended with {process.returncode}:\n{log.read_text()}")
    return Cost(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        len(sent),
        sum("/jobs/ingest" in each.path or each.method != "GET" for each in sent),
    )


def leads(served: Serving) -> int:
    """How many leads the org has."""
    answer = requests.get(
        f"{served.url}/services/data/v62.0/query",
        params={"q": "SELECT COUNT() FROM Lead"},
        headers={"Authorization": f"Bearer {served.access_token}"},
        timeout=30,
    )
    return int(answer.json()["totalSize"])


def sfpush_sync(served: Serving, folder: Path) -> Load:
    """sfpush, connected, the export imported, the org read."""
    home = Path(tempfile.mkdtemp(dir=folder))
    settings = home / "sfpush.toml"
    settings.write_text(SETTINGS)
    environment = {
        "SFPUSH_HOME": str(home),
        "SFPUSH_CONFIG": str(settings),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    sfpush = (sys.executable, "-m", "sfpush")
    for words in (
        ("connect", "--instance-url", served.url, "--access-token", "-"),
        ("enable",),
        ("import", str(folder / EXPORT)),
        ("pull",),
    ):
        ready(Load([*sfpush, *words], environment, served.access_token))
    return Load([*sfpush, "sync"], environment)


def sfpush_push_plan(served: Serving, folder: Path) -> Load:
    """sfpush as above, the plan made already."""
    sync = sfpush_sync(served, folder)
    plan = folder / PLAN
    plan.unlink(missing_ok=True)
    *sfpush, _ = sync.command
    ready(Load([*sfpush, "plan", "--out", str(plan)], sync.environment))
    return Load([*sfpush, "push", "--plan", str(plan), "--yes"], sync.environment)


def simple_salesforce(served: Serving, folder: Path) -> Load:
    """simple-salesforce in a process of this file's own."""
    own = [sys.executable, "-m", "tests.benchmarks.bulk_clients", "--simple-salesforce"]
    return Load([*own, served.url, str(folder / UPLOAD)], told=served.access_token)


def load_with_simple_salesforce(url: str, upload: str) -> None:
    """The measured process: upsert, then both results."""
    from simple_salesforce import Salesforce
    from simple_salesforce.bulk2 import LineEnding

    from tests.clients.loopback import session_to

    with session_to(url) as session:
        client = Salesforce(instance_url=url, session_id=sys.stdin.read(), session=session)
        options = {"external_id_field": "Apollo_Id__c", "line_ending": LineEnding.CRLF, "wait": 0.01}
        for told in client.bulk2.Lead.upsert(csv_file=upload, **options):
            client.bulk2.Lead.get_successful_records(told["job_id"])
            client.bulk2.Lead.get_failed_records(told["job_id"])


def jsforce(served: Serving, folder: Path) -> Load:
    """jsforce in node."""
    told = json.dumps({**served.as_mapping(), "file": str(folder / UPLOAD)})
    return Load(["node", str(JUDGE), "loadFile"], told=told)


def sf_command_line(served: Serving, folder: Path) -> Load:
    """sf, logged in."""
    environment = {
        "HOME": tempfile.mkdtemp(dir=folder),
        "CI": "true",
        "SF_ACCESS_TOKEN": served.access_token,
        "SF_DISABLE_TELEMETRY": "true",
        "SF_DISABLE_LOG_FILE": "true",
        "SF_AUTOUPDATE_DISABLE": "true",
        "SF_SKIP_NEW_VERSION_CHECK": "true",
    }
    login = ("sf", "org", "login", "access-token", "--instance-url", served.url, "--no-prompt", "--set-default")
    ready(Load(login, environment))
    job = ("sf", "data", "upsert", "bulk", "-s", "Lead", "-i", "Apollo_Id__c", "-f", str(folder / UPLOAD))
    return Load([*job, "--line-ending", "CRLF", "--wait", "5", "--json"], environment)


def ready(step: Load) -> None:
    """A step that is not measured."""
    subprocess.run(
        step.command,
        env={**os.environ, **step.environment},
        input=step.told,
        text=True,
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--simple-salesforce"]:
        load_with_simple_salesforce(*sys.argv[2:4])
    else:
        given = [int(text) for text in sys.argv[1:]]
        main(*given, *(10_000, 3)[len(given) :])
