"""The environment variables of Jantar: what they are and whether their values make sense.

Settings read them; here they are checked before anything starts, so that a mistake is told
in words. docs/operations.md lists the same table.
"""

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

#: What the interface speaks.
LANGUAGES = ("en", "cs", "hu", "pl", "sk")


@dataclass(frozen=True)
class Variable:
    """An environment variable; `problem` says what is wrong with a value, or None."""

    name: str
    meaning: str
    default: str = ""
    problem: Callable[[str], str | None] = lambda value: None


def _switch(value: str) -> str | None:
    return None if value in ("", "0", "1") else "must be 1 (on) or 0 (off)"


def _number(lowest: int, highest: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if re.fullmatch(r"\d{1,9}", value) and lowest <= int(value) <= highest:
            return None
        return f"must be a whole number from {lowest} to {highest}"

    return check


def _database_url(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("postgresql", "postgres") and parts.path.strip("/") and (parts.port or True)
    except ValueError:
        fine = False
    return None if fine else "must look like postgresql://user:password@host:5432/name"


def _origins(value: str) -> str | None:
    wrong = [origin for origin in value.split(",") if origin and not re.fullmatch(r"https?://[^/\s]+", origin)]
    return f"must list addresses such as https://crm.example.com, not {wrong[0]}" if wrong else None


def _address(value: str) -> str | None:
    fine = not value or re.fullmatch(r"https?://[^/\s]+/?", value)
    return None if fine else "must be an address such as https://crm.example.com"


def _networks(value: str) -> str | None:
    for network in filter(None, value.split(",")):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            return f"must list networks such as 10.1.0.0/16, not {network}"
    return None


def _long_enough(value: str) -> str | None:
    return None if len(value) >= 32 else "must have at least 32 characters"


def _one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def bucket(environment: Mapping[str, str]) -> dict[str, Any]:
    """The bucket that the variables name, as an entry of Django's STORAGES."""
    from botocore.config import Config

    endpoint = environment.get("JANTAR_S3_ENDPOINT", "")
    needed = "when_required"  # services other than Amazon's refuse checksums they do not know
    config = Config(
        connect_timeout=5, read_timeout=60, retries={"max_attempts": 3}, signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint else "auto"},
        request_checksum_calculation=needed, response_checksum_validation=needed,
    )  # fmt: skip
    options = {
        "bucket_name": environment["JANTAR_S3_BUCKET"],
        "endpoint_url": endpoint or None,
        "region_name": environment.get("JANTAR_S3_REGION") or "us-east-1",
        "access_key": environment.get("JANTAR_S3_ACCESS_KEY") or None,
        "secret_key": environment.get("JANTAR_S3_SECRET_KEY") or None,
        "location": environment.get("JANTAR_S3_PREFIX", "").strip("/"),
        "client_config": config,
        "file_overwrite": True,
        "max_memory_size": 8 * 1024**2,
    }
    return {"BACKEND": "jantar.platform.files.storage.BucketStorage", "OPTIONS": options}


VARIABLES = [
    Variable(
        "DATABASE_URL",
        "PostgreSQL 15 or newer to use; without it Jantar starts its own",
        "the embedded server",
        _database_url,
    ),
    Variable("JANTAR_DATA_DIR", "Directory for the embedded database, files and generated assets", "./.jantar"),
    Variable("JANTAR_DATABASE_PORT", "Port of the embedded database on 127.0.0.1", "a free port", _number(1024, 65535)),
    Variable(
        "JANTAR_SECRET_KEY", "Key that signs sessions and links", "made once, kept in the data directory", _long_enough
    ),
    Variable("JANTAR_HOSTS", "Host names Jantar answers to, with commas between", "localhost,127.0.0.1,[::1]"),
    Variable("JANTAR_ORIGINS", "Addresses of a proxy in front of Jantar, for forms", "", _origins),
    Variable(
        "JANTAR_ADDRESS",
        "Address at which people open Jantar, for links in mails",
        "the first of JANTAR_ORIGINS, else where `serve` or `web` listens, else http://localhost:8000",
        _address,
    ),
    Variable(
        "JANTAR_LANGUAGE",
        "Language a new installation starts with: its roles, its pipeline, the demo company",
        "en",
        _one_of(*LANGUAGES),
    ),
    Variable("JANTAR_PROXIES", "How many proxies of ours stand in front", "0", _number(0, 9)),
    Variable("JANTAR_HTTPS", "1: cookies only over HTTPS; behind a proxy that ends TLS", "0", _switch),
    Variable("JANTAR_DEBUG", "1: for development only; shows code in error pages", "0", _switch),
    Variable("JANTAR_WEB_WORKERS", "Web processes", "one per processor, at most 4", _number(1, 64)),
    Variable("JANTAR_WEB_THREADS", "Requests one web process answers at a time", "4", _number(1, 64)),
    Variable("JANTAR_JOB_THREADS", "Jobs one worker does at a time", "2", _number(1, 64)),
    Variable(
        "JANTAR_JOBS_LISTEN", "0: workers only poll for jobs, as PgBouncer in transaction mode needs", "1", _switch
    ),
    Variable(
        "JANTAR_STORAGE",
        "Where files are kept: a directory, or an S3-compatible bucket",
        "local",
        _one_of("local", "s3"),
    ),
    Variable("JANTAR_S3_BUCKET", "Name of the bucket"),
    Variable("JANTAR_S3_ENDPOINT", "Address of the service that has the bucket", "Amazon S3", _address),
    Variable("JANTAR_S3_REGION", "Region of the bucket", "us-east-1"),
    Variable("JANTAR_S3_ACCESS_KEY", "Access key of the bucket", "what the machine is given"),
    Variable("JANTAR_S3_SECRET_KEY", "Secret key of the bucket", "what the machine is given"),
    Variable("JANTAR_S3_PREFIX", "What the names in the bucket begin with"),
    Variable("JANTAR_FILE_MAX_MB", "Size of the largest file that can be attached, in MB", "100", _number(1, 290)),
    Variable(
        "JANTAR_OUTGOING_NETWORKS",
        "Private networks that webhooks may be sent to, such as 10.1.0.0/16, with commas between",
        "",
        _networks,
    ),
    Variable(
        "JANTAR_API_REQUESTS_PER_MINUTE",
        "Requests one API token may send in a minute to one web process; 0 is no limit",
        "1200",
        _number(0, 1_000_000),
    ),
    Variable("JANTAR_LOG_FORMAT", "Form of the log", "text in a terminal, else json", _one_of("text", "json")),
    Variable("JANTAR_LOG_LEVEL", "What is logged", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR")),
    Variable("JANTAR_MAIL_BACKEND", "Django's mail backend", "django.core.mail.backends.smtp.EmailBackend"),
    Variable("JANTAR_MAIL_HOST", "Mail server", "localhost"),
    Variable("JANTAR_MAIL_PORT", "Port of the mail server", "25", _number(1, 65535)),
    Variable("JANTAR_MAIL_USER", "User name at the mail server"),
    Variable("JANTAR_MAIL_PASSWORD", "Password at the mail server"),
    Variable("JANTAR_MAIL_TLS", "1: talk to the mail server with STARTTLS", "0", _switch),
    Variable("JANTAR_MAIL_FROM", "Sender of outgoing mail", "jantar@localhost"),
]


def problems(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that is wrong or unknown."""
    known = {variable.name: variable for variable in VARIABLES}
    found = []
    for name, value in sorted(environment.items()):
        if name in known:
            problem = known[name].problem(value)
            if problem is not None:
                found.append(f"{name} {problem}.")
        elif name.startswith("JANTAR_"):
            near = difflib.get_close_matches(name, known, n=1)
            found.append(f"{name} is not known." + (f" Is {near[0]} meant?" if near else ""))
    if environment.get("JANTAR_STORAGE") == "s3" and not environment.get("JANTAR_S3_BUCKET"):
        found.append("JANTAR_S3_BUCKET must name the bucket when JANTAR_STORAGE is s3.")
    return found
