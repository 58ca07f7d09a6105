"""How many looks for a job one PostgreSQL answers a second: its own pgbench sends what workers send."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from harness.postgres import Postgres

SECONDS = 6
CLIENTS = (8, 64, 500)

_LOOK = """
;
SELECT queue_id, name, concurrency, worker_concurrency, polling_interval_sec FROM dbos.queues
 WHERE name = 'pictures';
BEGIN;
SELECT version_id, version_name, version_timestamp FROM dbos.application_versions
 WHERE application_name = 'backcloth' ORDER BY version_timestamp DESC LIMIT 1;
SELECT workflow_uuid FROM dbos.workflow_status
 WHERE queue_name = 'pictures' AND status = 'ENQUEUED'
 AND (application_version = '1' OR application_version IS NULL)
 AND (application_name = 'backcloth' OR application_name IS NULL)
 ORDER BY priority, created_at LIMIT 4 FOR UPDATE SKIP LOCKED;
COMMIT;
"""
"""One look, as the server's log showed it: does the connection live, has the queue changed, what waits."""


def looks_a_second(postgres: Postgres, database_url: str, clients: int) -> float:
    """With so many workers that look without a pause. None of them claims what it finds."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_LOOK.replace("\n ", " "))
        script.flush()
        pgbench = str(postgres.program("pgbench"))
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(SECONDS)]
        command = [pgbench, *options, "-f", str(Path(script.name)), database_url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    (found,) = re.findall(r"tps = ([\d.]+)", done.stdout)
    return float(found)
