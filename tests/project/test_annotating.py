"""A series read by a model, from the settings to the ledger, through real sockets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hookline.cli import main
from hookline.model.codec import dumps, loads
from hookline.model.errors import BadInput, EngineFailed
from hookline.model.story import Origin, SeriesStory
from hookline.project import open_series
from hookline.project.annotating import annotate, quote
from hookline.project.doctor import examine
from tests.engines.chat_server import Chat, scene_reply, serving

KEY = "sk-very-secret-0123"
SCENES = 8
SCRIPT = "\n\n".join(
    f"# EPISODE {n}\n\nINT. KITCHEN - NIGHT\n\nThe door is open.\n\n"
    f"NELL\nWho sent you, number {n}?\n\nOWEN\nYour father did."
    for n in range(1, SCENES + 1)
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, script = tmp_path / "series", tmp_path / "season.fountain"
    script.write_text(SCRIPT)
    assert main(["new", str(folder), "--language", "en"]) == 0
    assert main(["import", str(folder), str(script)]) == 0
    monkeypatch.setenv("STUDIO_KEY", KEY)
    return folder


def point(root: Path, chat: Chat, more: str = "") -> None:
    text = (root / "hookline.toml").read_text().split("[engines")[0]
    table = f'[engines.language]\nbase_url = "{chat.base_url}"\nmodel = "tiny"\nkey_env = "STUDIO_KEY"\n{more}\n'
    (root / "hookline.toml").write_text(text + table)


def test_a_model_s_reading_is_a_story_of_the_same_type(root: Path) -> None:
    with serving(scene_reply) as chat:
        point(root, chat)
        found = annotate(open_series(root))
    assert loads(SeriesStory, dumps(found.story)) == found.story
    assert not found.refused
    first = found.story.episodes[0]
    assert {beat.origin for beat in first.beats} == {Origin.MODEL}
    assert first.ending.origin is Origin.MODEL
    assert first.hook is not None
    assert first.hook.origin is Origin.MODEL
    assert len(first.feelings) == len(first.episode.lines())
    (nell,) = (person for person in found.story.characters if person.name.upper() == "NELL")
    assert [(trait.id, trait.origin) for trait in nell.archetypes] == [("hidden_identity", Origin.MODEL)]
    assert any("language model" in note for note in found.story.notes)
    assert {one.what for one in found.disagreements} >= {"beat"}
    known = {line.source for line in first.episode.lines()}
    assert all(source in known for beat in first.beats for source in beat.evidence)
    assert [promise.what for promise in found.story.promises].count("Who sent her?") == SCENES


def test_what_points_at_lines_that_are_not_there_is_refused_and_told(root: Path) -> None:
    def reply(body: dict[str, Any]) -> str:
        value = json.loads(scene_reply(body))
        value["beats"] += [{"type": "reveal", "lines": [99], "intensity": 1, "characters": [], "why": "made up"}]
        value["hook"] = {"line": 77, "type": "crisis", "why": "made up"}
        return json.dumps(value)

    with serving(reply) as chat:
        point(root, chat)
        found = annotate(open_series(root))
    assert len(found.refused) == 2 * SCENES
    assert "reveal points at lines that aren't in the scene (99)" in found.refused[0].why
    told = [beat.why for episode in found.story.episodes for beat in episode.beats]
    assert "made up" not in told


def test_a_second_run_asks_nothing_and_a_change_asks_only_what_changed(root: Path) -> None:
    with serving(scene_reply) as chat:
        point(root, chat, "price_in = 2.0\nprice_out = 8")
        before = quote(open_series(root))
        assert (before.scenes, before.known) == (SCENES, 0)
        assert before.cost.price
        one = annotate(open_series(root))
        assert one.used.requests == SCENES
        assert one.cost.price == pytest.approx(SCENES * (100 * 2 + 10 * 8) / 1e6)
        assert chat.most_at_once <= 4
        again = annotate(open_series(root))
        assert (again.asked, again.used.requests, again.story) == (0, 0, one.story)
        script = next((root / "scripts").iterdir())
        script.write_text(script.read_text().replace("number 3?", "number three?"))
        assert annotate(open_series(root)).asked == 1
    ledger = [json.loads(row) for row in (root / ".hookline" / "ledger.jsonl").read_text().splitlines()]
    (entry,) = [row for row in ledger if row["action"] == "asked" and row["scenes"] == SCENES]
    assert (entry["model"], entry["prompt_tokens"], entry["price"]) == ("tiny", 100 * SCENES, one.cost.price)


def test_a_refused_scene_is_left_to_the_offline_engine(root: Path) -> None:
    with serving(scene_reply, faults=["wrong", "wrong"]) as chat:
        point(root, chat, "parallel = 1")
        found = annotate(open_series(root))
        assert len(found.refused) == 1
        assert found.story.episodes[0] == found.offline.episodes[0]
        assert annotate(open_series(root)).asked == 1


def test_a_failing_service_keeps_what_was_answered(root: Path) -> None:
    with serving(scene_reply, faults=["", "", "", "401"]) as chat:
        point(root, chat, "parallel = 1")
        with pytest.raises(EngineFailed, match="401"):
            annotate(open_series(root))
        assert annotate(open_series(root)).asked <= SCENES - 3


def test_a_killed_run_goes_on_where_it_stopped(root: Path) -> None:
    command = [sys.executable, "-m", "hookline", "story", str(root), "--engine", "llm", "--yes"]
    with serving(scene_reply) as chat:
        chat.delay_s = 0.4
        point(root, chat, "parallel = 1")
        run = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while len(chat.asked) < 4 and time.monotonic() < until:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        kept = len(list((root / ".hookline" / "answers").glob("*.json")))
        assert 3 <= kept < SCENES
        chat.delay_s = 0.0
        found = annotate(open_series(root))
    assert found.asked == SCENES - kept
    assert all(episode.ending.origin is Origin.MODEL for episode in found.story.episodes)


def test_the_key_stands_nowhere(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(scene_reply, faults=["", "401"]) as chat:
        point(root, chat, "parallel = 1")
        assert main(["story", str(root), "--engine", "llm", "--yes"]) == 2
        assert main(["story", str(root), "--engine", "llm", "--yes"]) == 0
    told = capsys.readouterr()
    assert KEY not in told.out + told.err
    assert f"Bearer {KEY}" in chat.keys
    assert not [path for path in root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_the_cost_is_shown_and_nobody_pays_unasked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(scene_reply) as chat:
        point(root, chat)
        assert main(["story", str(root), "--engine", "llm"]) == 2
        told = capsys.readouterr().err
        assert "8 of 8 scenes to ask; about" in told
        assert "--yes" in told
        assert not chat.asked
        assert main(["story", str(root), "--engine", "llm", "--yes", "--json"]) == 0
        whole = capsys.readouterr()
        assert json.loads(whole.out)["engine"] == "llm"
        assert "800 tokens sent, 80 answered" in whole.err
        assert "where the model and the offline engine differ" in whole.err


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "no language engine is set"),
        ("[engines.language]\nmodel = 'x'", "base_url is missing"),
        ("[engines.language]\nbase_url = 'x'\nmodel = 'x'\nkey = 'sk'", "there is no setting 'key'"),
        ("[engines.language]\nbase_url = 'x'\nmodel = 'x'\nparallel = 0", "parallel is 0"),
        ("[engines.language]\nbase_url = 'x'\nmodel = 'x'\nkey_env = 'NO_SUCH_KEY'", "NO_SUCH_KEY is empty"),
        ("[engines.voice]\nmodel = 'x'", "there is no engine 'voice'"),
        ("[engines]\nlanguage = 3", "language is no table"),
    ],
)
def test_settings_that_can_t_be_used_are_told(root: Path, table: str, told: str) -> None:
    path = root / "hookline.toml"
    path.write_text(f"{path.read_text()}\n{table}\n")
    with pytest.raises(BadInput, match=told):
        annotate(open_series(root))


def test_doctor_says_whether_the_endpoint_answers(root: Path) -> None:
    with serving(scene_reply) as chat:
        point(root, chat)
        (check,) = [check for check in examine(root) if "language engine" in check.what]
        assert check.fine
        assert "it has tiny" in check.found
    (check,) = [check for check in examine(root) if "language engine" in check.what]
    assert not check.fine
    assert "can't be reached" in check.found
