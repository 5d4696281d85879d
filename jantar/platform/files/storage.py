"""Where the bytes lie: a directory, or a bucket of an S3-compatible service. Both keep them under the same paths."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 5
READ_SECONDS = 60
#: So much of a file that is read here and there is kept in memory, the rest in a temporary file.
MOST_IN_MEMORY = 8 * 1024**2
GONE = ("404", "NoSuchKey", "NotFound")


class Unreachable(OSError):
    """The service does not answer, or refuses us."""


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A bucket. Raises FileNotFoundError for what is not there, `Unreachable` for whatever else goes wrong."""

    def stream(self, name: str, first: int | None = None, last: int | None = None) -> IO[bytes]:
        """The content from byte `first` to `last` inclusive, as it comes; nothing is kept on the way."""
        span = {} if first is None else {"Range": f"bytes={first}-{last}"}
        with told():
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self.key_of(name), **span)
        return cast("IO[bytes]", answer["Body"])

    def check(self) -> None:
        """Raises Unreachable unless the bucket is there and ours to use."""
        with told():
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def key_of(self, name: str) -> str:
        return str(self._normalize_name(name))

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        with told():
            return cast("File[Any]", super()._open(name, mode))

    def _save(self, name: str, content: "File[Any]") -> str:
        with told():
            return str(super()._save(name, Kept(content)))

    def delete(self, name: str) -> None:
        with told():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with told():
            return bool(super().exists(name))


class Kept(File):  # type: ignore[type-arg]
    """A file that stays open when the service's library is done with it: it is the caller's."""

    def close(self) -> None:
        """Leaves it open."""


@contextmanager
def told() -> Iterator[None]:
    """Faults of the library as ours."""
    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        if found.get("Code") in GONE:
            raise FileNotFoundError(found.get("Message", "")) from error
        raise Unreachable(f"{found.get('Code')}: {found.get('Message')}") from error
    except BotoCoreError as error:
        raise Unreachable(str(error)) from error
