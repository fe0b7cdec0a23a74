from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hookline.model.errors import SeriesLocked
from hookline.project.store import Store, copy_atomic, digest, write_atomic


def make_text(text: str) -> object:
    def make(work: Path) -> None:
        (work / "answer").write_text(text)

    return make


def test_what_was_made_is_found_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.derive("step", ["a"], make_text("one"))  # type: ignore[arg-type]
    again = store.derive("step", ["a"], make_text("never"))  # type: ignore[arg-type]
    other = store.derive("step", ["b"], make_text("two"))  # type: ignore[arg-type]
    assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
    assert (again.folder / "answer").read_text() == "one"
    assert (other.folder / "answer").read_text() == "two"


def test_a_failed_step_leaves_nothing_and_is_tried_again(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fail(work: Path) -> None:
        (work / "answer").write_text("half")
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError):
        store.derive("step", ["a"], fail)
    assert not list((tmp_path / "derived").glob("*/*"))
    assert not list((tmp_path / "tmp").iterdir())
    assert store.derive("step", ["a"], make_text("whole")).fresh  # type: ignore[arg-type]


def test_only_one_process_works_in_a_folder(tmp_path: Path) -> None:
    with (
        Store(tmp_path).locked(),
        pytest.raises(SeriesLocked, match="another hookline") as told,
        Store(tmp_path).locked(),
    ):
        pass
    assert str(os.getpid()) in str(told.value)
    with Store(tmp_path).locked():
        pass


KILLED = """
import sys, time
from pathlib import Path
from hookline.project.store import Store
def make(work):
    (work / "answer").write_text("half")
    print("working", flush=True)
    time.sleep(60)
store = Store(Path(sys.argv[1]))
with store.locked():
    store.derive("step", ["a"], make)
"""


def test_a_killed_run_leaves_no_result_and_no_lock(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert list((tmp_path / "tmp").iterdir()), "the test must leave something to clean up"
    with Store(tmp_path).locked() as store:
        assert not (tmp_path / "tmp").exists()
        step = store.derive("step", ["a"], make_text("whole"))  # type: ignore[arg-type]
    assert step.fresh
    assert (step.folder / "answer").read_text() == "whole"


def test_results_of_no_use_any_more_are_removed(tmp_path: Path) -> None:
    old = Store(tmp_path).derive("step", ["old"], make_text("old"))  # type: ignore[arg-type]
    store = Store(tmp_path)
    new = store.derive("step", ["new"], make_text("new"))  # type: ignore[arg-type]
    store.prune()
    assert new.folder.exists()
    assert not old.folder.exists()


def test_the_ledger_tells_what_was_made(tmp_path: Path) -> None:
    Store(tmp_path).derive("step", ["a"], make_text("one"))  # type: ignore[arg-type]
    (entry,) = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert entry["action"] == "derived"
    assert entry["step"] == "step"
    assert entry["hookline"]
    assert entry["at"].endswith("+00:00")


def test_a_file_changed_in_place_gets_a_new_content_key(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    before = Store(tmp_path / "s").content(path)
    assert Store(tmp_path / "s").content(path) == before
    path.write_text("two")
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 1))
    assert Store(tmp_path / "s").content(path) != before


def test_a_torn_hash_cache_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "hashes.json").write_text('{"half')
    path = tmp_path / "file"
    path.write_text("one")
    assert len(Store(tmp_path / "s").content(path)) == 64


def test_writing_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "t"
    write_atomic(target, "old")

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomic(target, "new")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t"]


def test_copies_are_readable_as_usual(tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.write_bytes(b"x")
    copy_atomic(source, tmp_path / "new" / "t")
    assert (tmp_path / "new" / "t").read_bytes() == b"x"
    assert (tmp_path / "new" / "t").stat().st_mode & 0o044 or os.umask(0o022) & 0o044


def test_keys_do_not_depend_on_the_order_of_a_table() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest([1, 2]) != digest([2, 1])
