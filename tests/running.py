"""Jantar as a user starts it: `jantar serve --demo` in a process of its own, on an empty data directory."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 180


@contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """Starts Jantar with the demo company and yields its address; stops it at the end."""
    port = free_port()
    command = [sys.executable, "-m", "jantar", "serve", "--demo", "--port", str(port), "--data-dir", str(data_dir)]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL" and "JANTAR_" not in key}
    environment.update(DJANGO_SETTINGS_MODULE="jantar.project.settings", JANTAR_LOG_LEVEL="WARNING")
    log = data_dir.parent / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"Jantar stopped while starting:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise TimeoutError(f"Jantar did not get ready in {PATIENCE} s:\n{log.read_text()[-3000:]}")
