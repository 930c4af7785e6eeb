"""A few lines of Bulk API 2.0: rows in a list, results shuffled, and one step that can go wrong."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from typing import Any

from tests.org.scripted import Answer, Asked

JOB = "750000000000001AAA"


@dataclass
class BulkOrg:
    """Answers as `scripted` wants it. A row whose Name is null is refused; `trouble` is what a step answers first."""

    trouble: dict[str, list[Answer]] = field(default_factory=dict)
    states: list[str] = field(default_factory=lambda: ["JobComplete"])
    body: dict[str, Any] = field(default_factory=dict)
    state: str = "Open"
    sent: str = ""
    steps: list[str] = field(default_factory=list)
    lose_closing: bool = False

    def __call__(self, asked: Asked) -> Answer:
        step = self.step(asked)
        self.steps.append(step)
        waiting = self.trouble.get(step, [])
        if step == "close" and self.lose_closing and waiting:
            self.state = "UploadComplete"
        return waiting.pop(0) if waiting else getattr(self, step)(asked)

    @staticmethod
    def step(asked: Asked) -> str:
        if asked.method == "POST":
            return "create"
        if asked.method == "PUT":
            return "upload"
        if asked.method == "PATCH":
            return "close" if asked.json["state"] == "UploadComplete" else "abort"
        kind = asked.path.partition("?")[0].rpartition("/")[2]
        return kind if kind in ("successfulResults", "failedResults", "unprocessedrecords") else "look"

    def create(self, asked: Asked) -> Answer:
        self.body = asked.json
        return self.look(asked)

    def upload(self, asked: Asked) -> Answer:
        self.sent = asked.body.decode()
        return Answer(201, b"{}")

    def close(self, _: Asked) -> Answer:
        if self.state != "Open":
            return Answer(400, [{"errorCode": "INVALIDJOBSTATE", "message": "Job is not open"}])
        self.state = "UploadComplete"
        return self.look(_)

    def abort(self, _: Asked) -> Answer:
        self.state = "Aborted"
        return self.look(_)

    def look(self, _: Asked) -> Answer:
        if self.state not in ("Open", "Aborted"):
            self.state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        reason = "InvalidBatch : Field name not found : Foo" if self.state == "Failed" else None
        return Answer(
            200, {"id": JOB, "state": self.state, "numberRecordsProcessed": len(self.rows), "errorMessage": reason}
        )

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.sent, newline="")))

    def results(self, extra: tuple[str, ...], rows: list[dict[str, str]]) -> Answer:
        random.Random(7).shuffle(rows)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(
            text, [*extra, *self.sent.splitlines()[0].split(",")], quoting=csv.QUOTE_ALL, lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        return Answer(200, text.getvalue().encode(), {"Content-Type": "text/csv"})

    def successfulResults(self, _: Asked) -> Answer:
        good = [row for row in self.rows if row.get("Name") != "#N/A"] if self.state == "JobComplete" else []
        made = [
            {"sf__Id": row.get("Id") or f"001{number:012d}AAA", "sf__Created": "true", **row}
            for number, row in enumerate(good)
        ]
        return self.results(("sf__Id", "sf__Created"), made)

    def failedResults(self, _: Asked) -> Answer:
        error = "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
        bad = [row for row in self.rows if row.get("Name") == "#N/A"] if self.state == "JobComplete" else []
        return self.results(("sf__Id", "sf__Error"), [{"sf__Id": "", "sf__Error": error, **row} for row in bad])

    def unprocessedrecords(self, _: Asked) -> Answer:
        return self.results((), self.rows if self.state != "JobComplete" else [])
