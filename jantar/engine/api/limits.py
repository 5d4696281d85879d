"""How many requests one token may send in a minute. Counted by each process for itself."""

import threading
import time


class MinuteLimit:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._spent: dict[str, int] = {}

    def spend(self, key: str, limit: int, now: float | None = None) -> int:
        """Counts one request; returns 0, or the seconds to wait when the limit is reached. No limit when 0."""
        if not limit:
            return 0
        minute, second = divmod(int(time.monotonic() if now is None else now), 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._spent = minute, {}
            spent = self._spent.get(key, 0)
            if spent >= limit:
                return 60 - second
            self._spent[key] = spent + 1
        return 0


requests_of_tokens = MinuteLimit()
