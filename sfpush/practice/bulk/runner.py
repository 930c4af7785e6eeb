"""Doing the jobs one by one between requests: a chunk of 200 rows at a time, as slowly as the org's rules say."""

from __future__ import annotations

import asyncio
from time import perf_counter

from sfpush.practice.bulk import extract, jobs
from sfpush.practice.bulk.ingest import JobFailed, Reading
from sfpush.practice.bulk.jobs import Job
from sfpush.practice.locks import writing_as
from sfpush.practice.org import PracticeOrg
from sfpush.practice.refusals import Refused


class JobRunner:
    """Runs one server's jobs in its event loop until `closing`; jobs left over from an earlier server come first."""

    def __init__(self, org: PracticeOrg, closing: asyncio.Event) -> None:
        self._org = org
        self._closing = closing
        self._waiting = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._waiting.set()

    async def run(self) -> None:
        """Do jobs as they come, until the server closes."""
        while not self._closing.is_set():
            job = jobs.next_waiting(self._org)
            if job is None:
                await self._sleep_until_woken()
            else:
                await self._do(job)

    async def _do(self, job: Job) -> None:
        jobs.change(self._org, job.id, state=jobs.IN_PROGRESS)
        began = perf_counter()
        try:
            if job.kind == "query":
                await self._pause(self._org.rules.org.job_seconds)
                extract.run(self._org, job)
                finished = True
            else:
                finished = await self._ingest(job)
        except JobFailed as failure:
            self._end(job, jobs.FAILED, began, str(failure))
        except Refused as refused:
            self._end(job, jobs.FAILED, began, f"{refused.code} : {refused.message}")
        except Exception as bug:  # noqa: BLE001 - a bug fails its job, as Salesforce's do, and must not stall all later ones
            self._end(job, jobs.FAILED, began, f"InternalServerError : {bug!r}")
        else:
            if finished:
                self._end(job, jobs.COMPLETE, began, None)

    async def _ingest(self, job: Job) -> bool:
        """Save the job's rows; False when it was left before its end."""
        reading = Reading(self._org, jobs.get(self._org, job.id, job.kind))
        writer = object()
        while not self._closing.is_set():
            with writing_as(writer):
                went = reading.save_chunk()
            try:
                if not went:
                    return reading.finished
                await self._pause(self._org.rules.org.job_seconds)
            finally:
                self._org.locks.release(writer)
        return False

    def _end(self, job: Job, state: str, began: float, error: str | None) -> None:
        """End a job that is still under way; an aborted one stays aborted."""
        milliseconds = job.milliseconds + int((perf_counter() - began) * 1000)
        with self._org.writing() as db:
            there = db.execute("SELECT state FROM job WHERE id = ?", (job.id,)).fetchone()
            if there is not None and there[0] in (jobs.IN_PROGRESS, jobs.COMPLETE):
                jobs.change(self._org, job.id, state=state, error=error, milliseconds=milliseconds)

    async def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return

    async def _sleep_until_woken(self) -> None:
        self._waiting.clear()
        woken = asyncio.ensure_future(self._waiting.wait())
        closing = asyncio.ensure_future(self._closing.wait())
        await asyncio.wait({woken, closing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (woken, closing):
            task.cancel()
