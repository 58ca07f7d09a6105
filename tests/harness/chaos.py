"""Faults under load: clients that keep submitting, and what the database says in the end."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg

from harness.cluster import Cluster
from harness.quick_job import quick_job
from harness.site import Delivery, Page, Site

_EVERY_END = """
CREATE TABLE IF NOT EXISTS ends (job_id text, state text);
CREATE OR REPLACE FUNCTION note_end() RETURNS trigger AS $$
BEGIN
    IF NEW.state IN ('completed', 'failed') THEN
        INSERT INTO ends VALUES (NEW.id, NEW.state);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE OR REPLACE TRIGGER note_end AFTER UPDATE OF state ON jobs FOR EACH ROW EXECUTE FUNCTION note_end();
"""
"""Writes down every time that a job gets a final state, whoever does it and whatever state it had."""


class Load:
    """Clients that submit to every API process in turn, through every fault, until enough was accepted.

    Each job has a webhook at a receiver of the load's own.

    Args:
        cluster: Whom to submit to.
        jobs: How many have to be accepted.
        threads: Clients.
    """

    def __init__(self, cluster: Cluster, jobs: int, threads: int = 4) -> None:
        self.accepted: list[str] = []
        self.refused: Counter[int] = Counter()
        self._cluster = cluster
        self._jobs = jobs
        self._site = Site()
        self._site.pages["/hook"] = Page(status=204)
        self._since = time.time()
        self._threads = [threading.Thread(target=self._submit, args=(n,)) for n in range(threads)]

    @contextmanager
    def running(self) -> Iterator[Load]:
        """Submits while the block runs; at its end everything has been accepted."""
        with psycopg.connect(self._cluster.database_url) as connection:
            connection.execute(_EVERY_END)
        with self._site:
            for thread in self._threads:
                thread.start()
            yield self
            for thread in self._threads:
                thread.join(timeout=300)
                if thread.is_alive():
                    raise TimeoutError(f"only {len(self.accepted)} jobs were accepted: {self.refused}")
            self._await_ends()
            self._await_webhooks()

    def reached(self, share: float) -> None:
        """Returns when this share of the jobs was accepted."""
        deadline = time.monotonic() + 300
        while len(self.accepted) < share * self._jobs:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {len(self.accepted)} jobs were accepted: {self.refused}")
            time.sleep(0.02)

    def _submit(self, number: int) -> None:
        for turn in itertools.count(number):
            if len(self.accepted) >= self._jobs:
                return
            api = self._cluster.apis[turn % len(self._cluster.apis)]
            try:
                answer = api.post(quick_job(seed=turn, webhook_url=self._site.url("/hook")), timeout=30)
            except httpx.TransportError:
                self.refused[0] += 1
                time.sleep(0.2)
                continue
            if answer.status_code == 202:
                self.accepted.append(answer.json()["request_id"])
            else:
                self.refused[answer.status_code] += 1
                time.sleep(0.2)

    def _await_ends(self) -> None:
        query = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
        deadline = time.monotonic() + 240
        with psycopg.connect(self._cluster.database_url, autocommit=True) as connection:
            while (left := connection.execute(query).fetchone()) != (0,):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"jobs without an end: {left}")
                time.sleep(0.2)

    def _await_webhooks(self) -> None:
        deadline = time.monotonic() + 120
        while missing := set(self.accepted) - {hook.headers["Bria-Webhook-Id"] for hook in self.deliveries()}:
            if time.monotonic() > deadline:
                raise TimeoutError(f"webhooks never delivered: {sorted(missing)}")
            time.sleep(0.2)

    def deliveries(self) -> list[Delivery]:
        """Every webhook received."""
        return list(self._site.deliveries.queue)

    def report(self) -> dict[str, int]:
        """Asserts what has to hold of every job, and counts.

        Every row ended exactly once, and was metered if it completed and only then; every accepted job has a
        row; every accepted job's webhook came at least once, under the job's id, and told the end that the
        database knows; a job that failed did so because its worker died under every start it may have.
        """
        with psycopg.connect(self._cluster.database_url) as connection:
            rows = connection.execute(
                "SELECT id, state, attempts FROM jobs WHERE created_at >= %s", (self._since,)
            ).fetchall()
            ends = Counter(job_id for (job_id,) in connection.execute("SELECT job_id FROM ends").fetchall())
            metered = {job_id for (job_id,) in connection.execute("SELECT job_id FROM usage").fetchall()}
        states = {row[0]: row[1] for row in rows}
        assert not set(self.accepted) - set(states), "an accepted job is gone"
        assert {job_id: ends[job_id] for job_id in states if ends[job_id] != 1} == {}
        assert metered & set(states) == {job_id for job_id, state in states.items() if state == "completed"}
        words = {"completed": "COMPLETED", "failed": "ERROR"}
        for hook in self.deliveries():
            body = json.loads(hook.body)
            assert hook.headers["Bria-Webhook-Id"] == body["request_id"]
            assert body["status"] == words[states[body["request_id"]]]
        return {
            "accepted": len(self.accepted),
            "rows": len(rows),
            "completed": sum(state == "completed" for state in states.values()),
            "failed": sum(state == "failed" for state in states.values()),
            "started again": sum(row[2] > 1 for row in rows),
            "webhooks": len(self.deliveries()),
            "refused": self.refused.total(),
        }
