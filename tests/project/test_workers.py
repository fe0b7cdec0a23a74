from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hookline.model.errors import BadInput, EngineFailed
from hookline.project.workers import Lost, Workers, done_by
from tests.project import jobs


def test_one_worker_stays_in_this_process() -> None:
    assert [answer for _, answer in done_by(Workers(1), jobs.who, [1])] == [os.getpid()]


def test_several_work_side_by_side_and_say_how_far() -> None:
    told: list[tuple[str, int, int]] = []
    found = dict(done_by(Workers(2), jobs.squared, [1, 2, 3], progress=lambda *said: told.append(said)))
    assert found == {1: 1, 2: 4, 3: 9}
    assert sorted(told) == [("squares", 1, 10), ("squares", 2, 10), ("squares", 3, 10)]
    pids = {answer for _, answer in done_by(Workers(2), jobs.who, [1, 2])}
    assert os.getpid() not in pids


def test_jobs_of_a_killed_process_are_done_again(tmp_path: Path) -> None:
    items = [(tmp_path, number) for number in range(6)]
    found = dict(done_by(Workers(2), jobs.dies_once, items))
    assert sorted(found.values(), key=str) == [0, 1, 2, 3, 4, 5]


def test_a_job_that_kills_every_process_is_lost_alone() -> None:
    found = dict(done_by(Workers(2), jobs.always_dies, [0, 1, 2]))
    assert isinstance(found[1], Lost)
    assert (found[0], found[2]) == (0, 2)


def test_a_mistake_comes_out_and_ends_the_others() -> None:
    with pytest.raises(ValueError, match="mistake"):
        list(done_by(Workers(2), jobs.fails, [1, 2]))


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from hookline.project.workers import Workers, done_by\n"
        "from tests.project import jobs\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "if __name__ == '__main__':\n    list(done_by(Workers(2), jobs.sleeps, [(folder, 60.0)] * 2))\n"
    )
    (tmp_path / "main.py").write_text(code)
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", ""), *sys.path])
    main = subprocess.Popen([sys.executable, str(tmp_path / "main.py")], env=os.environ | {"PYTHONPATH": path})
    pids = _pids(tmp_path, 2)
    main.send_signal(signal.SIGKILL)
    main.wait()
    deadline = time.monotonic() + 30
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if _alive(pid)]


def test_a_cluster_without_a_token_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(BadInput, match="asks for no token"):
        list(done_by(Workers(ray="127.0.0.1:6379"), jobs.squared, [1]))


def test_no_cluster_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is an extra: python3 -m pip install 'hookline[ray]'")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    with pytest.raises(EngineFailed, match="no Ray cluster answers"):
        list(done_by(Workers(ray="127.0.0.1:9"), jobs.squared, [1]))


def _pids(folder: Path, count: int) -> list[int]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if (folder / "pids").exists() and len(found := (folder / "pids").read_text().split()) == count:
            return [int(pid) for pid in found]
        time.sleep(0.05)
    raise AssertionError("the processes didn't start")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # one that nobody has waited for yet is dead, too
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
