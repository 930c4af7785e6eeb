"""Planning new contacts: seconds, and peak memory at several sizes.

    python -m tests.benchmarks.plan_contacts [contacts ...]        (default: 20000 100000 200000)

The contacts are those of `make_export` (58 columns, twenty to a company), imported into a store of their own; the org
is an empty practice org. Each plan is made in a process of its own.
"""

# ruff: noqa: T201

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from tests.benchmarks.make_export import make_export


def main(sizes: list[int]) -> None:
    """Measure each size and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for contacts in sizes:
            home = Path(folder, f"home-{contacts}")
            org_id = _made_ready(home, contacts)
            answer = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.plan_contacts", "--one", home, org_id],
                check=True,
                capture_output=True,
                text=True,
            )
            figures = json.loads(answer.stdout)
            print(
                f"{contacts:>9,} contacts  {figures['wall']:6.2f} s wall  {figures['cpu']:6.2f} s CPU"
                f"  peak {figures['peak_mb']:.0f} MB  {figures['summary']}"
            )


def _made_ready(home: Path, contacts: int) -> str:
    """A store with so many contacts, connected to an empty org that has been read; returns the org's id."""
    from sfpush.org.connection import Access
    from sfpush.org.opening import open_org
    from sfpush.practice.org import PracticeOrg
    from sfpush.practice.serve import serving
    from sfpush.runs.import_files import import_files
    from sfpush.runs.progress import Silent
    from sfpush.runs.refresh import refresh
    from sfpush.settings.schema import Settings
    from sfpush.store.database import open_store
    from sfpush.store.orgs import remember_org

    settings, now = Settings(), datetime.now(UTC)
    export = home.with_suffix(".csv")
    make_export(export, contacts)
    with closing(open_store(home)) as store, closing(PracticeOrg(home / "org.db")) as practice:
        import_files(store, [export], now=now, progress=Silent())
        with serving(practice) as server:
            access = Access(server.url, SecretStr(server.access_token))
            with open_org(home, settings, {}, practice=access) as org:
                state = remember_org(store, org.identity.org_id, server.url, now=now.isoformat(), window_ends_at=None)
                refresh(store, org, state, settings, now=now, progress=Silent())
    export.unlink()
    return state.org_id


def _one(home: Path, org_id: str) -> None:
    from sfpush.runs.plan import make_plan
    from sfpush.runs.progress import Silent
    from sfpush.settings.schema import Settings
    from sfpush.store.database import open_store
    from sfpush.store.orgs import org_state

    with closing(open_store(home)) as store:
        state = org_state(store, org_id)
        assert state is not None
        started, cpu = time.perf_counter(), time.process_time()
        head = make_plan(store, state, Settings(), now=datetime.now(UTC), progress=Silent())
        figures = {
            "wall": time.perf_counter() - started,
            "cpu": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "summary": head.summary,
        }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), sys.argv[3])
    else:
        main([int(text) for text in sys.argv[1:]] or [20_000, 100_000, 200_000])
