from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hookline import project
from hookline.formats import fountain
from hookline.model.script import Source
from hookline.model.span import Span
from hookline.model.story import (
    Answer,
    Arc,
    ArcShape,
    Bond,
    Emotion,
    Feeling,
    PaywallPlace,
    Promise,
    PromiseKind,
    Role,
    Segment,
    SegmentType,
    SeriesStory,
    Spike,
    Trait,
    TurningPoint,
    TurningPointType,
)  # fmt: skip
from hookline.sample import scripts
from hookline.story import analyse
from hookline.story.compare import compare
from hookline.story.document import COMPARISON_SCHEMA_FILE, SCHEMA_FILE, VERSION, comparison_document, document
from hookline.story.tables import tables

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: the dev group")


@pytest.fixture(scope="module")
def story() -> SeriesStory:
    return analyse([fountain.read(path.read_text(encoding="utf-8"), file=path.name) for path in scripts("en")])


def full(story: SeriesStory) -> SeriesStory:
    """The story with every field that engines may fill."""
    one = story.episodes[0]
    sources = (one.episode.lines()[0].source,)
    answer, span = Answer(2, Span(0, 500), sources), Span(0, 1000)
    arc = Arc((0.0, 0.5, -0.5), ArcShape.RISE_FALL, 0.7, {"rise": 0.2})
    episode = replace(
        one,
        feelings=tuple(Feeling(Emotion.JOY, 0.5, 0.2) for _ in one.episode.lines()),
        valence=(0.0,) * one.seconds, arc=arc, spikes=(Spike(500, 0.5, sources, "x"),),
        ending=replace(one.ending, answer=answer),
    )  # fmt: skip
    ann = replace(story.characters[0], role=Role.LEAD, archetypes=(Trait("heir", 0.5, sources),), arc=(0.1,))
    return replace(
        story,
        episodes=(episode, *story.episodes[1:]), characters=(ann, *story.characters[1:]), arc=arc,
        turning_points=(TurningPoint(TurningPointType.CLIMAX, 1, span, 0.9, 0.5, sources),),
        segments=(Segment(SegmentType.START, 1, 2, 0.4),),
        promises=(Promise(PromiseKind.VOW, "x", 1, span, sources, answer),),
        bonds=(Bond(("A", "B"), 1, 5, 0.1),), tropes=(Trait("x", 1.0, sources),),
        paywall=(PaywallPlace(2, 0.5, "x", sources),),
    )  # fmt: skip


def closed(schema: Any) -> Any:
    """The schema with nothing allowed that it doesn't name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    return shut | ({"additionalProperties": False} if "properties" in schema and schema.get("type") == "object" else {})


def checker(file: Path = SCHEMA_FILE) -> Any:
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(closed(schema))


def test_the_shipped_schema_is_that_of_the_code() -> None:
    for path, text in project.schema_texts().items():
        assert path.read_text(encoding="utf-8") == text, "run: ./dev docs schema"


def test_every_document_holds_the_schema(story: SeriesStory) -> None:
    check = checker()
    for one in (story, full(story), SeriesStory("", "", ())):
        check.validate(json.loads(json.dumps(document(one))))
    check.validate(document(full(story), episode=1))


def test_the_check_can_fail(story: SeriesStory) -> None:
    wrong = document(story)
    wrong["story"]["episodes"][0]["duration_ms"] = "long"
    with pytest.raises(jsonschema.ValidationError):
        checker().validate(wrong)
    with pytest.raises(jsonschema.ValidationError):
        checker().validate(document(story) | {"more": 1})


def test_evidence_carries_the_text_of_its_lines(story: SeriesStory) -> None:
    texts = {line.source: line.text for ep in story.episodes for line in ep.episode.lines()}
    found = document(story)
    beats = [beat for ep in found["story"]["episodes"] for beat in ep["beats"]]
    assert beats
    for beat in beats:
        for line in beat["evidence"]:
            assert line["text"] == texts[Source(line["file"], line["line"])]
    assert (found["schema"], found["version"]) == ("hookline.story", VERSION)


def test_one_episode_is_held_against_the_whole_season(story: SeriesStory) -> None:
    found = document(story, episode=3)
    assert [ep["episode"]["number"] for ep in found["story"]["episodes"]] == [3]
    assert found["numbers"]["spreads"][0]["n"] == len(story.episodes)
    assert {note["episode"] for note in found["notes"]} <= {3}


def test_tables_have_one_shape_and_hold_everything(story: SeriesStory) -> None:
    found = tables(full(story))
    assert set(found) == {
        "episodes", "scenes", "lines", "beats", "seconds", "people", "talk", "places", "notes", "spikes", "traits",
        "bonds", "turning_points", "segments", "promises", "paywall",
    }  # fmt: skip
    for name, rows in found.items():
        assert all(list(row) == list(rows[0]) for row in rows), name
    assert len(found["lines"]) == sum(len(ep.episode.lines()) for ep in story.episodes)
    assert len(found["seconds"]) == sum(ep.seconds for ep in story.episodes)
    assert found["lines"][0]["emotion"] == "joy"
    assert "spikes" not in tables(story) or story.episodes[0].spikes


def test_a_comparison_keeps_to_its_schema(story: SeriesStory) -> None:
    later = replace(story, episodes=story.episodes[1:])
    found = json.loads(json.dumps(comparison_document(compare(story, later), {})))
    checker(COMPARISON_SCHEMA_FILE).validate(found)
    with pytest.raises(jsonschema.ValidationError):
        checker(COMPARISON_SCHEMA_FILE).validate(found | {"version": 2})
