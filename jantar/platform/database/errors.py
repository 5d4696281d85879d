"""What can go wrong with the database server, each with a message that says what to do."""


class DatabaseError(Exception):
    """The database server cannot be used. The message is meant for the person at the terminal."""


class PortInUse(DatabaseError):
    """Another program listens on the port that was asked for."""


class DamagedDirectory(DatabaseError):
    """The data directory lacks files a PostgreSQL server needs, or the server refuses it."""


class WrongVersion(DatabaseError):
    """The data directory or the server belongs to a PostgreSQL version we cannot run with."""


class NoPermission(DatabaseError):
    """A file or directory belongs to somebody else."""


class NotDurable(DatabaseError):
    """The server runs with settings that can lose confirmed changes."""


class MissingPiece(DatabaseError):
    """The machine lacks something that the server needs, such as a system library."""


class NotRunning(DatabaseError):
    """The server could not be reached or did not start in time."""
