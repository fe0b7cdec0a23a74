"""A server on loopback that speaks the chat protocol, and misbehaves when told to."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], str]


@dataclass
class Chat:
    """What the server was asked, and how it answers.  ``faults`` are used up one a request."""

    reply: Reply
    faults: list[str] = field(default_factory=list)
    always: str = ""  # a fault of every request
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    delay_s: float = 0.0
    most_at_once: int = 0
    base_url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_once: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def fault(self, body: dict[str, Any]) -> str:
        with self.lock:
            self.asked.append(body)
            self.times.append(time.monotonic())
            return self.faults.pop(0) if self.faults else self.always

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self.lock:
                self.at_once -= 1


class Handler(BaseHTTPRequestHandler):
    """One request; subclassed with the chat it belongs to."""

    chat: Chat

    def do_GET(self) -> None:
        self.send(200, {"data": [{"id": "tiny"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.chat.keys.append(self.headers.get("Authorization", ""))
        with self.chat.counted():
            time.sleep(self.chat.delay_s)
            fault = self.chat.fault(body)
            if fault == "no schema" and "response_format" not in body:
                fault = ""
            self.misbehave(fault, body)

    def misbehave(self, fault: str, body: dict[str, Any]) -> None:
        text = self.chat.reply(body)
        if fault in ("hang", "drop", "drip"):
            getattr(self, fault)(json.dumps(told(text)).encode())
        elif fault[:3].isdigit():
            status, _, wait = fault.partition(" ")
            said = {"error": f"no: {self.headers.get('Authorization', '')}"}
            self.send(int(status), said, {"Retry-After": wait} if wait else {})
        elif fault == "no schema":
            self.send(400, {"error": "response_format is not supported"})
        else:
            bad = {"half": told(text[:-9]), "wrong": told('{"beats": "many"}'), "no chat": ["surprise"]}
            self.send(200, bad.get(fault, told(text)), {"Content-Length": "999999"} if fault == "cut" else {})

    def hang(self, data: bytes) -> None:
        self.chat.released.wait(10)

    def drop(self, data: bytes) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def drip(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.chat.released.wait(0.05):
                return

    def send(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in ({"Content-Length": str(len(data))} | (headers or {})).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client hung up, or was cut off
            self.close_connection = True


def told(text: str) -> dict[str, Any]:
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return {"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage}


@contextmanager
def serving(reply: Reply, *, faults: list[str] | None = None, always: str = "") -> Iterator[Chat]:
    chat = Chat(reply, list(faults or []), always)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"chat": chat}))
    server.daemon_threads = True
    chat.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield chat
    finally:
        chat.released.set()
        server.shutdown()
        server.server_close()


def scene_reply(body: dict[str, Any]) -> str:
    """A plain annotation of whatever scene is asked about."""
    prompt = body["messages"][1]["content"]
    numbers = [int(n) for n in re.findall(r"(?m)^(\d+) ", prompt)]
    first, last = numbers[0], numbers[-1]
    is_first, is_last = (bool(re.search(rf"its (?:first and )?{w}|its {w}", prompt)) for w in ("first", "last"))
    return json.dumps(
        {
            "beats": [{"type": "threat", "lines": [last], "intensity": 0.8, "characters": ["NELL"], "why": "says so"}],
            "emotions": [{"line": n, "emotion": "fear", "valence": -0.5, "confidence": 0.9} for n in numbers],
            "archetypes": [
                {"character": "Nell", "type": "hidden_identity", "lines": [first], "score": 0.7, "why": "hides"}
            ],
            "hook": {"line": first, "type": "crisis", "why": "danger"} if is_first else None,
            "ending": {"type": "crisis", "strength": 0.9, "lines": [last], "question": "Who?"} if is_last else None,
            "questions": [{"line": last, "question": "Who sent her?"}],
        }
    )
