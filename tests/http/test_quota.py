"""An organisation's quota, as it meets it."""

from __future__ import annotations

from backcloth.jobs.quota import Quotas
from backcloth.storage.database import open_database
from harness.answers import accepted, finished, refusal
from harness.quick_job import quick_job, token_of
from harness.service_process import ServiceProcess
from harness.site import Site


def test_a_quota_that_is_used_up_is_a_403(service: ServiceProcess) -> None:
    """It says how many jobs; a job that failed has taken none of them."""
    token = token_of(service, "limited")
    engine = open_database(f"sqlite:///{(service.data_dir / 'data' / 'backcloth.db').resolve()}")
    Quotas(engine).set("limited", 1)
    with Site() as site:
        failing = quick_job(image=site.url("/missing.png"), sync=True)
        refusal(service.post(failing, token=token), 404)
    finished(service.post(quick_job(sync=True), token=token))
    refusal(service.post(quick_job(sync=True), token=token), 403, "1 jobs a month")
    Quotas(engine).set("limited", 2)
    accepted(service.post(quick_job(), token=token), service.url)
    engine.dispose()
