"""The sample season as it is filmed, without filming it: voices, shots and subtitles of the animatics' own plan."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file

from hookline import formats
from hookline.edit.pieces import Material
from hookline.engines.espeak import EspeakVoice
from hookline.formats import srt
from hookline.model.script import Script
from hookline.model.shot import Footage, Shot, ShotStart
from hookline.sample import scripts
from hookline.sample.animatic import plan_episode
from hookline.sample.shots import shots
from hookline.sample.stage import Stage, read_stage
from hookline.sample.subtitles import srt as written_srt
from hookline.sample.timeline import Timeline
from hookline.story import analyse

FPS = (25, 1)


@cache
def sample_season() -> tuple[Material, ...]:
    """The eight episodes, timed by their subtitles."""
    stage = read_stage()
    written = [_script(number) for number in range(len(scripts("en")))]
    with EspeakVoice() as voice:
        plans = [plan_episode(script.episodes[0], stage, voice=voice) for script in written]
    footage = {plan.episode.number: _footage(plan, stage) for plan in plans}
    cues = {plan.episode.number: srt.read(written_srt(plan), file=f"{plan.episode.number}.srt") for plan in plans}
    lengths = {plan.episode.number: plan.duration_ms for plan in plans}
    story = analyse(written, cues=cues, footage=footage, durations_ms=lengths)
    return tuple(
        Material(f"ep{one.number:02d}.mp4", footage[one.number], one, story.promises) for one in story.episodes
    )


def _script(index: int) -> Script:
    with as_file(scripts("en")[index]) as path:
        return formats.read_script(path, file=path.name)


def _footage(plan: Timeline, stage: Stage) -> Footage:
    made = tuple(
        Shot(shot.span, ShotStart.CUT if index else ShotStart.START, shot.span.start_ms // 40, shot.span.end_ms // 40)
        for index, shot in enumerate(shots(plan, stage))
    )
    return Footage(plan.duration_ms, FPS, made)
