from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hookline.engines import espeak
from hookline.engines.espeak import EspeakVoice
from hookline.engines.voice import Mouth, VoiceStyle, mouth_of
from hookline.model.errors import BadInput, HooklineError, MissingExtra

STYLE = VoiceStyle()


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    pytest.importorskip("espeakng_loader", reason="espeakng-loader is not installed: hookline[voice]")
    with EspeakVoice() as opened:
        yield opened


def test_speech_has_sound_and_length(voice: EspeakVoice) -> None:
    speech = voice.speak("I have been your wife for three years!", style=STYLE)
    assert speech.rate_hz == 22_050
    assert 1_500 < speech.duration_ms < 3_500
    assert np.abs(speech.samples.astype(int)).max() > 3_000


def test_sounds_cover_the_speech_in_order(voice: EspeakVoice) -> None:
    speech = voice.speak("Touch that plug, and you kill her. Who are you?", style=STYLE)
    assert speech.phones[0].span.start_ms == 0
    assert speech.phones[-1].span.end_ms == speech.duration_ms
    ends = [phone.span.end_ms for phone in speech.phones[:-1]]
    assert ends == [phone.span.start_ms for phone in speech.phones[1:]]


def test_the_mouth_makes_the_sounds_of_the_word(voice: EspeakVoice) -> None:
    mouths = [phone.mouth for phone in voice.speak("mama", style=STYLE).phones if phone.symbol]
    assert mouths == [Mouth.CLOSED, Mouth.OPEN, Mouth.CLOSED, Mouth.OPEN]
    assert Mouth.TEETH in [p.mouth for p in voice.speak("five", style=STYLE).phones]
    assert Mouth.PURSED in [p.mouth for p in voice.speak("who", style=STYLE).phones]


def test_the_mouth_rests_where_it_is_silent(voice: EspeakVoice) -> None:
    speech = voice.speak("Sign. And you can keep the mop.", style=STYLE)
    pauses = [p.span for p in speech.phones if p.mouth is Mouth.REST and p.span.duration_ms > 100]
    assert pauses
    loud = np.abs(speech.samples.astype(float))
    for pause in pauses[:1]:
        start, end = (ms * speech.rate_hz // 1000 for ms in (pause.start_ms + 40, pause.end_ms - 20))
        assert loud[start:end].mean() < 0.2 * loud.mean()


def test_the_same_words_sound_the_same(voice: EspeakVoice) -> None:
    one, other = (voice.speak("He's hiding a heartbeat.", style=STYLE) for _ in range(2))
    assert one.phones == other.phones
    assert np.array_equal(one.samples, other.samples)


def test_a_fresh_worker_says_it_the_same(voice: EspeakVoice) -> None:
    with EspeakVoice() as fresh:
        assert np.array_equal(
            fresh.speak("Come out.", style=STYLE).samples, voice.speak("Come out.", style=STYLE).samples
        )


def test_pace_and_pitch_are_heard(voice: EspeakVoice) -> None:
    text = "Keep your name, Owen. I was only borrowing it."
    slow, fast = (voice.speak(text, style=VoiceStyle(words_per_minute=pace)) for pace in (120, 220))
    assert fast.duration_ms < 0.75 * slow.duration_ms
    low, high = (_pitch(voice.speak(text, style=VoiceStyle(pitch=pitch))) for pitch in (10, 90))
    assert high > 1.25 * low


def _pitch(speech: object) -> float:
    """The median fundamental of the loud parts in Hz, by autocorrelation."""
    from hookline.engines.voice import Speech

    assert isinstance(speech, Speech)
    samples, size = speech.samples.astype(float), 1_024
    found = []
    for start in range(0, len(samples) - size, size):
        piece = samples[start : start + size] - samples[start : start + size].mean()
        if np.abs(piece).mean() < 1_500:
            continue
        alike = np.correlate(piece, piece, "full")[size - 1 :]
        low, high = speech.rate_hz // 400, speech.rate_hz // 60
        found.append(speech.rate_hz / (low + int(alike[low:high].argmax())))
    return float(np.median(found))


def test_variants_sound_different(voice: EspeakVoice) -> None:
    man, woman = (voice.speak("You tripped me.", style=VoiceStyle(variant=v)) for v in ("m3", "f2"))
    count = min(len(man.samples), len(woman.samples))
    assert not np.array_equal(man.samples[:count], woman.samples[:count])


def test_nothing_to_say(voice: EspeakVoice) -> None:
    with pytest.raises(BadInput, match="empty"):
        voice.speak("  ", style=STYLE)


def test_no_such_language(voice: EspeakVoice) -> None:
    with pytest.raises(BadInput, match="no voice 'xx-none'"):
        voice.speak("Hello", style=VoiceStyle(language="xx-none"))
    assert voice.speak("Hello", style=STYLE).duration_ms > 200, "and it still speaks afterwards"


def test_a_dead_worker_is_said_and_replaced(voice: EspeakVoice) -> None:
    with EspeakVoice() as doomed:
        doomed.speak("Once.", style=STYLE)
        worker = doomed._worker
        assert worker is not None
        worker.kill()
        worker.wait()
        with pytest.raises(HooklineError, match="stopped working"):
            doomed.speak("Twice.", style=STYLE)
        assert doomed.speak("Thrice.", style=STYLE).duration_ms > 200


def test_a_hung_worker_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(espeak, "_WORKER", sleeper)
    with EspeakVoice(timeout_s=0.5) as hung, pytest.raises(HooklineError, match="ended with -9"):
        hung.speak("Hello?", style=STYLE)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = tmp_path / "bare.py"
    worker = Path(espeak.__file__).with_name("espeak_worker.py").read_text()
    bare.write_text(
        "import sys\nsys.modules['espeakng_loader'] = None\n"
        + worker.replace("from __future__ import annotations\n", "")
    )
    monkeypatch.setattr(espeak, "_WORKER", bare)
    with EspeakVoice() as mute, pytest.raises(MissingExtra, match=r"hookline\[voice\]"):
        mute.speak("Hello?", style=STYLE)


def test_the_copyleft_library_stays_out_of_this_process(voice: EspeakVoice) -> None:
    code = (
        "import sys\n"
        "from hookline.engines.espeak import EspeakVoice\n"
        "from hookline.engines.voice import VoiceStyle\n"
        "with EspeakVoice() as voice: voice.speak('Hello', style=VoiceStyle())\n"
        "sys.exit('espeakng_loader' in sys.modules or 'espeak' in open('/proc/self/maps').read())\n"
    )
    if not Path("/proc/self/maps").exists():
        pytest.skip("this system does not show a process's libraries")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("symbol", "mouth"),
    [
        ("ˈaɪ", Mouth.OPEN),
        ("tʃ", Mouth.PURSED),
        ("dʒ", Mouth.PURSED),
        ("θ", Mouth.TONGUE),
        ("iː", Mouth.WIDE),
        ("oʊ", Mouth.ROUND),
        ("ʔ", Mouth.REST),
    ],
)
def test_mouths(symbol: str, mouth: Mouth) -> None:
    assert mouth_of(symbol) is mouth
