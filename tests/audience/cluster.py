"""A standalone Spark cluster on loopback: a master and two workers, each a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import IO

WORKERS = 2
# Ends the whole group when the input does: also when whoever started it was killed.
WATCHED = 'exec 3<&0; "$@" </dev/null & cat <&3 >/dev/null; kill -9 -$$'


def missing() -> str:
    """Why no cluster can be started here; nothing if it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: ./dev test installs it where Java is (requirements/spark.txt)"
    if not shutil.which("java") or subprocess.run(["java", "-version"], capture_output=True, check=False).returncode:
        return "no Java on this machine (Debian: apt-get install openjdk-17-jre-headless)"
    return ""


@contextmanager
def cluster(folder: Path, *, cores: int = 1, memory_mb: int = 1024) -> Iterator[str]:
    """The address of a master with two workers that have taken it up; all are gone afterwards."""
    with ExitStack() as stack:
        port = _free_port()
        stack.enter_context(_daemon(folder, "master.Master", "--host", "127.0.0.1", "--port", f"{port}"))
        _until(lambda: _listens(port), "the master listens")
        address = f"spark://127.0.0.1:{port}"
        offer = ("--host", "127.0.0.1", "--cores", f"{cores}", "--memory", f"{memory_mb}m")
        for number in range(WORKERS):
            work = folder / f"worker{number}"
            stack.enter_context(_daemon(work, "worker.Worker", *offer, "--work-dir", str(work), address))
        for number in range(WORKERS):
            log = folder / f"worker{number}" / "log"
            _until(partial(_tells, log, "Successfully registered"), "a worker is taken up")
        yield address


@contextmanager
def _daemon(folder: Path, name: str, *arguments: str) -> Iterator[None]:
    import pyspark

    folder.mkdir(parents=True, exist_ok=True)
    home = Path(pyspark.__file__).parent
    start = ["bash", str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--webui-port", "0"]
    loopback = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "256m"}
    loopback["SPARK_DAEMON_JAVA_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # they do little: start quickly
    with (folder / "log").open("wb") as log, watched([*start, *arguments], log, loopback):
        yield


@contextmanager
def watched(command: Sequence[str], log: IO[bytes], environment: Mapping[str, str]) -> Iterator[int]:
    """A process that ends with this block, and with this process however that ends; its group's number."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", WATCHED, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdin
        process.stdin.close()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _tells(log: Path, text: str) -> bool:
    return text in log.read_text(errors="replace")


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Callable[[], bool], what: str, *, seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(f"waited {seconds:.0f} s until {what}")
        time.sleep(0.1)
