"""Cuts on two Ray nodes of this machine, one of which is killed while it works."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hookline.media.probe import probe
from hookline.model.errors import EngineFailed
from hookline.project.workers import AGAIN, Workers, done_by
from tests.project import footage, jobs

if importlib.util.find_spec("ray") is None:  # not imported before its mode is set: it reads that then
    pytest.skip("Ray is an extra: python3 -m pip install 'hookline[ray]'", allow_module_level=True)

EPISODES = 2


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a second node of one processor each, on the loopback, that ask for a token."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "for-this-test-alone-0123456789abcdef")
        patch.setenv("RAY_health_check_period_ms", "500")
        patch.setenv("RAY_health_check_failure_threshold", "2")
        from ray.cluster_utils import Cluster

        made: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            made.add_node(num_cpus=1)
            yield made
        finally:
            made.shutdown()


def test_a_lost_nodes_jobs_are_done_again(cluster: Any, tmp_path: Path) -> None:
    """Each source is a job; the second node is killed once both are at work."""
    series = footage.series(tmp_path / "series", episodes=EPISODES, seconds=12)
    toml = series / "hookline.toml"
    toml.write_text(toml.read_text().replace("[cut]", f'[cut]\nengine = "ray"\naddress = "{cluster.address}"'))
    words = [sys.executable, "-m", "hookline", "cut", str(series), "--json"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _both_at_work(series / ".hookline" / "cutting" / "versions", run)
    (second,) = cluster.worker_nodes
    _kill_with_children(second.all_processes["raylet"][0].process.pid)
    out, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert AGAIN in said
    (found,) = json.loads(out)
    assert len(found["made"]) == 2 * EPISODES
    assert not found["failed"]
    for cut in found["made"]:
        assert abs(probe(series / "out" / "cuts" / cut["video"]).duration_ms - 12_000) < 50
    assert not list((series / ".hookline" / "cutting" / "versions").glob("*.mp4"))


def _kill_with_children(pid: int) -> None:
    """All that runs on a node at once, as when a machine is lost."""
    parents = {
        int(path.parent.name): int(path.read_text().rsplit(")", 1)[1].split()[1])
        for path in Path("/proc").glob("[0-9]*/stat")
    }
    for child in [pid, *(child for child, parent in parents.items() if parent == pid)]:
        os.kill(child, signal.SIGKILL)


def _both_at_work(folder: Path, run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while len(list(folder.glob("at-work-*/.*.part"))) < 4:  # two versions of each of two sources
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline, "the nodes didn't start to work"
        time.sleep(0.02)


def test_a_mistake_on_the_cluster_comes_out(cluster: Any) -> None:
    with pytest.raises(EngineFailed, match="a mistake of ours"):
        list(done_by(Workers(ray=cluster.address), jobs.fails, [1]))
