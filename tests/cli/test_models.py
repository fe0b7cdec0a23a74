from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookline.cli import main
from hookline.engines.models import FOLDER_VARIABLE, MODELS


def test_what_is_wanted_and_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    for wanted in MODELS.values():
        assert wanted.sha256 in told
        assert wanted.licence in told
        assert f"missing: {tmp_path / wanted.file}" in told
        (tmp_path / wanted.file).write_bytes(b"no model")
    assert main(["models", "--json"]) == 2, "a wrong file is told by the exit code"
    assert [one["state"] for one in json.loads(capsys.readouterr().out)] == ["wrong"] * len(MODELS)
