"""The embedded PostgreSQL server, used when no DATABASE_URL is set. Has no Django models."""

from jantar.platform.database.checks import check_external
from jantar.platform.database.errors import (
    DamagedDirectory,
    DatabaseError,
    MissingPiece,
    NoPermission,
    NotDurable,
    NotRunning,
    PortInUse,
    WrongVersion,
)
from jantar.platform.database.server import ServerInfo, revive, running_url, start, status, stop

__all__ = [
    "DamagedDirectory",
    "DatabaseError",
    "MissingPiece",
    "NoPermission",
    "NotDurable",
    "NotRunning",
    "PortInUse",
    "ServerInfo",
    "WrongVersion",
    "check_external",
    "revive",
    "running_url",
    "start",
    "status",
    "stop",
]
