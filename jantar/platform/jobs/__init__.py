"""Background jobs: declared with `@job`, enqueued with `.later(...)` in the current transaction."""

from jantar.platform.jobs.declare import Job, job, schedule
from jantar.platform.jobs.errors import JobCancelledError, JobFailedError

__all__ = ["Job", "JobCancelledError", "JobFailedError", "job", "schedule"]
