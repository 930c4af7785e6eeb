"""Import of a made-up contact export beside `sqlite3 .import` of the same file, in the same run.

    python -m tests.benchmarks.import_export [rows ...]        (default: 20000 200000)

Prints wall and CPU seconds of both, their ratio, the peak memory of the import, and the same import once more, when
nothing has changed. Each measurement is a process of its own.
"""

# ruff: noqa: T201

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.make_export import make_export


def main(sizes: list[int]) -> None:
    """Measure each size and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            export = Path(folder, f"{rows}.csv")
            make_export(export, rows)
            print(f"{rows:,} rows, {export.stat().st_size / 1e6:.0f} MB")
            theirs = _sqlite_import(export)
            home = Path(folder, f"home-{rows}")
            first, again = _sfpush_import(export, home), _sfpush_import(export, home)
            print(f"  sqlite3 .import     {theirs['wall']:6.2f} s wall  {theirs['cpu']:6.2f} s CPU")
            for label, ours in (("sfpush import", first), ("the same again", again)):
                print(
                    f"  {label:<18}  {ours['wall']:6.2f} s wall  {ours['cpu']:6.2f} s CPU"
                    f"  {ours['wall'] / theirs['wall']:.1f}x wall  {ours['cpu'] / theirs['cpu']:.1f}x CPU"
                    f"  peak {ours['peak_mb']:.0f} MB  {ours['counts']}"
                )
            export.unlink()
            shutil.rmtree(home)


def _sqlite_import(export: Path) -> dict[str, float]:
    database = export.with_suffix(".db")
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["sqlite3", database, f".import --csv {export} contacts"], check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    database.unlink()
    return {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def _sfpush_import(export: Path, home: Path) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.import_export", "--one", export, home],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


def _one(export: Path, home: Path) -> None:
    from sfpush.runs.import_files import import_files
    from sfpush.runs.progress import Silent
    from sfpush.store.database import open_store

    connection = open_store(home)
    started, cpu = time.perf_counter(), time.process_time()
    report = import_files(connection, [export], now=datetime.now(UTC), progress=Silent())
    figures = {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "counts": report.files[0].counts._asdict(),
    }
    connection.close()
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        os.environ.setdefault("PYTHONHASHSEED", "0")
        main([int(text) for text in sys.argv[1:]] or [20_000, 200_000])
