"""The chat adapter against a real server on loopback, faults included."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hookline.engines.language import estimated_tokens, faults
from hookline.engines.openai_chat import OpenAIChat
from hookline.model.errors import AnswerRefused, BadInput, EngineFailed
from tests.engines.chat_server import Chat, serving

SCHEMA = {
    "type": "object",
    "properties": {"beats": {"type": "array", "items": {"type": "integer"}}},
    "required": ["beats"],
    "additionalProperties": False,
}
GOOD = '{"beats": [1, 2, 3]}'
KEY = "sk-very-secret-0123"


def reply(_: dict[str, Any]) -> str:
    return GOOD


def engine(chat: Chat, **options: Any) -> OpenAIChat:
    return OpenAIChat(chat.base_url, "tiny", KEY, **{"timeout_s": 5.0, "first_wait_s": 0.01} | options)


def test_an_answer_and_what_it_used() -> None:
    with serving(reply) as chat:
        answer = engine(chat).complete("be brief", "count", schema=SCHEMA)
    assert answer.value == {"beats": [1, 2, 3]}
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.requests) == (100, 10, 1)
    (asked,) = chat.asked
    assert asked["model"] == "tiny"
    assert asked["response_format"]["json_schema"]["schema"] == SCHEMA
    assert chat.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("fault", ["500", "503", "429 0", "drop", "cut"])
def test_what_passes_is_asked_again(fault: str) -> None:
    with serving(reply, faults=[fault, fault]) as chat:
        assert engine(chat).complete("s", "p", schema=SCHEMA).value == {"beats": [1, 2, 3]}
    assert len(chat.asked) == 3


def test_the_service_s_own_wait_is_kept() -> None:
    with serving(reply, faults=["429 1"]) as chat:
        engine(chat).complete("s", "p", schema=SCHEMA)
    assert chat.times[1] - chat.times[0] >= 0.9


@pytest.mark.parametrize(("fault", "told"), [("500", "answered 500"), ("drop", "can't be reached"), ("401", "401")])
def test_what_doesn_t_pass_is_told_without_the_key(fault: str, told: str) -> None:
    with serving(reply, always=fault) as chat, pytest.raises(EngineFailed, match=told) as caught:
        engine(chat, attempts=2).complete("s", "p", schema=SCHEMA)
    assert KEY not in str(caught.value)
    assert KEY not in repr(engine(chat))
    assert len(chat.asked) == (1 if fault == "401" else 2)


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_slow_service_is_given_up_in_time(fault: str) -> None:
    with serving(reply, always=fault) as chat:
        began = time.monotonic()
        with pytest.raises(EngineFailed, match="didn't answer within"):
            engine(chat, timeout_s=0.3, attempts=1).complete("s", "p", schema=SCHEMA)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("fault", ["half", "wrong", "no chat"])
def test_a_bad_answer_is_repaired_by_one_more_request(fault: str) -> None:
    with serving(reply, faults=[fault]) as chat:
        answer = engine(chat).complete("s", "p", schema=SCHEMA)
    assert answer.value == {"beats": [1, 2, 3]}
    assert answer.usage.requests == 2
    assert "can't be used" in chat.asked[1]["messages"][-1]["content"]


def test_a_second_bad_answer_is_refused_and_its_tokens_counted() -> None:
    with (
        serving(reply, always="wrong") as chat,
        pytest.raises(AnswerRefused, match=r"answer\.beats is 'many'") as caught,
    ):
        engine(chat).complete("s", "p", schema=SCHEMA)
    assert caught.value.used == (200, 20, 2)
    assert len(chat.asked) == 2


def test_a_server_without_schemas_gets_the_schema_as_text_from_then_on() -> None:
    with serving(lambda _: f"```json\n{GOOD}\n```", always="no schema") as chat:
        one = engine(chat)
        assert one.complete("s", "p", schema=SCHEMA).value == {"beats": [1, 2, 3]}
        one.complete("s", "p", schema=SCHEMA)
    assert ["response_format" in asked for asked in chat.asked] == [True, False, False]
    assert '"beats"' in chat.asked[1]["messages"][0]["content"]


def test_a_stopped_engine_asks_nothing_more() -> None:
    with serving(reply) as chat:
        one = engine(chat)
        one.stopped.set()
        with pytest.raises(EngineFailed, match="stopped"):
            one.complete("s", "p", schema=SCHEMA)
    assert not chat.asked


def test_no_server_and_no_address() -> None:
    with pytest.raises(EngineFailed, match="can't be reached"):
        OpenAIChat("http://127.0.0.1:9/v1", "m", attempts=1, timeout_s=2).complete("s", "p", schema=SCHEMA)
    with pytest.raises(BadInput, match="no address"):
        OpenAIChat("localhost:8000", "m").complete("s", "p", schema=SCHEMA)


def test_the_endpoint_says_what_it_has() -> None:
    with serving(reply) as chat:
        assert engine(chat).answers() == "answers; it has tiny"


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        (True, {"type": "integer"}, ["answer is True, not a integer"]),
        (float("nan"), {"type": "number", "minimum": 0, "maximum": 1}, ["answer is nan, not from 0 to 1"]),
        ([1, 2], {"type": "array", "maxItems": 1}, ["answer has 2 items, more than 1"]),
        ("x", {"enum": ["a"]}, ["answer is 'x', not one of a"]),
        (None, {"type": ["object", "null"]}, []),
        ({"a": 1, "z": 2}, {"properties": {}, "additionalProperties": False}, ["a", "z"]),
    ],
)
def test_faults(value: Any, schema: dict[str, Any], told: list[str]) -> None:
    found = list(faults(value, schema))
    assert len(found) == len(told)
    assert all(part in fault for part, fault in zip(told, found, strict=True))


def test_tokens_are_counted_by_script() -> None:
    assert estimated_tokens("word " * 8) == 10
    assert estimated_tokens("汉字") == 2
