"""Where the store keeps the pictures of jobs."""

from __future__ import annotations


def input_key(job_id: str, index: int) -> str:
    """Where the store keeps an inline picture until the job ends."""
    return f"inputs/{job_id}-{index}"


def job_of_input(key: str) -> str:
    """The job an input's key belongs to."""
    return key.removeprefix("inputs/").partition("-")[0]


def result_key(job_id: str) -> str:
    """Where the store keeps the result. The same for every attempt, so that a repeat overwrites."""
    return f"results/{job_id}.png"


def job_of_result(key: str) -> str:
    """The job a result's key belongs to."""
    return key.removeprefix("results/").removesuffix(".png")
