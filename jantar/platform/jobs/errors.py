"""How a job ends other than by returning."""


class JobFailedError(Exception):
    """The job cannot be done; the message is shown to its owner, in the owner's language."""


class JobCancelledError(Exception):
    """The owner cancelled the run. Raised inside the job by `run.progress` and `run.check`."""


class RunLostError(Exception):
    """Another worker has taken over this run; what this one did must not be kept."""


class WorkerStopsError(Exception):
    """The worker is being stopped; the run goes back to the queue."""
