# ruff: noqa: E501, PT017 - rows as they stand in files; any of the two outcomes is right
"""What every source of viewer data owes, whichever it is: known, accounted for, pseudonymous, whole or not at all."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from hookline import formats
from hookline.formats import hookline_parquet, sources
from hookline.formats.events import Intake, Pseudonyms
from hookline.formats.given import sample_file, sample_of
from hookline.model.errors import HooklineError, Unreadable
from hookline.model.tables import META_KEY, TABLES
from tests.formats.made_events import MAKERS, Made

KEY = b"0123456789abcdef0123456789abcdef"
EVENT_FORMATS = [name for name, (kind, _) in formats.FORMATS.items() if kind == "events"]
every_source = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def _one_engine() -> Iterator[None]:
    """Every import gets a connection of its own, to one database: starting one takes longer than reading a small file."""
    settings: dict[str, Any] = {
        "threads": 2,
        "memory_limit": "1GB",
        "enable_external_file_cache": False,
    }  # files change under their name
    with pytest.MonkeyPatch.context() as patch, duckdb.connect(config=settings) as database:

        @contextmanager
        def engine(scratch: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
            with TemporaryDirectory(dir=scratch, prefix=".work-") as folder, database.cursor() as con:
                yield con, Path(folder)

        for reader in (sources, hookline_parquet):
            patch.setattr(reader, "engine", engine)
        yield


def load(files: Path | Sequence[Path], format: str, out: Path) -> tuple[Intake, Rows]:
    """What a format makes of files, in an order that doesn't depend on theirs."""
    intake: Intake = formats.module(format).load(files, out, series="show", key=KEY)
    assert intake.rows == intake.written + sum(p.count for p in intake.set_aside if not p.kept)
    assert all(p.count > 0 and p.reason for p in intake.set_aside)
    assert [p.name for p in out.parent.iterdir() if p.name.startswith(".")] == []
    rows: Rows = pq.read_table(out).to_pylist()
    assert intake.written == len(rows)
    assert list(rows[0]) == list(TABLES[intake.table].names())
    return intake, sorted(rows, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def file(folder: Path, made: Made, *, name: str = "", content: bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or made.name)
    path.write_bytes(made.content() if content is None else content)
    return path


def zstd(source: Path, packed: Path) -> Path:
    """The file's lines, packed by the engine that will unpack them."""
    lines = f"read_csv('{source}', columns = {{'line': 'VARCHAR'}}, header = false, delim = '\x01', quote = '', escape = '')"
    duckdb.execute(
        f"COPY (SELECT * FROM {lines}) TO '{packed}' (FORMAT csv, COMPRESSION zstd, HEADER false, QUOTE '', DELIMITER '\x01')"
    )
    return packed


@every_source
def test_it_is_known_as_itself_and_as_nothing_else(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    plain = file(tmp_path, made, name="no-suffix")
    packed = file(tmp_path, made, name="packed", content=gzip.compress(made.content()))
    for path in (plain, packed, zstd(plain, tmp_path / "zstd")):
        found = formats.detect(path)
        assert (found.format, found.kind) == (made.format, "events")
        assert found.why
    scores = {name: formats.module(name).judge(sample_of(made.content())) for name in EVENT_FORMATS}
    others = [name for name, match in scores.items() if match and match.score >= 0.5 and name != made.format]
    assert not others
    assert formats.module(made.format).recognise("x", made.content()) == scores[made.format]


@every_source
def test_every_row_is_accounted_for_and_no_raw_id_is_written(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    out = tmp_path / "out.parquet"
    intake, rows = load(file(tmp_path, made), made.format, out)
    assert (intake.table, intake.written, intake.rows) == (made.table, made.written, made.written)
    assert not [raw for raw in made.ids if raw.encode() in out.read_bytes()]
    meta = json.loads(pq.read_schema(out).metadata[META_KEY.encode()])
    assert meta["table"] == made.table
    if "viewer_id" in rows[0]:
        names = Pseudonyms.from_key(KEY)
        assert {row["viewer_id"] for row in rows} <= {names.viewer(raw) for raw in made.viewer_ids}
    assert {row["series"] for row in rows} == {"show"}


@every_source
def test_order_packing_and_parts_make_no_difference(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    head = made.lines[:1] if formats.detect(file(tmp_path, made)) and made.name.endswith(".csv") else ()
    body = list(made.lines[len(head) :])
    _, expected = load(tmp_path / made.name, made.format, tmp_path / "out.parquet")
    random.Random(3).shuffle(body)
    half = len(body) // 2
    texts = [("\n".join((*head, *part)) + "\n").encode() for part in (body, body[:half], body[half:])]
    first = file(tmp_path / "c", made, name="1", content=texts[1].replace(b"\n", b"\r\n"))
    ways: list[Path | list[Path]] = [
        file(tmp_path / "b", made, name="wrong.txt", content=gzip.compress(texts[0])),
        [first, zstd(file(tmp_path / "a", made, content=texts[2]), tmp_path / "c" / "2.gz")],
    ]
    for files in ways:
        assert load(files, made.format, tmp_path / "out.parquet")[1] == expected


@every_source
def test_parquet_of_the_same_rows_is_the_same(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    if made.format in ("cmcd", "snowplow-tsv") or made.name == "pages.json":
        pytest.skip("lines of logs and pages of record stores are no tables")
    source, table = file(tmp_path, made), tmp_path / "table.parquet"
    reader = "read_csv" if made.name.endswith(".csv") else "read_json"
    options = ", all_varchar = true" if reader == "read_csv" else ", maximum_depth = -1"
    duckdb.execute(f"COPY (SELECT * FROM {reader}('{source}'{options})) TO '{table}' (FORMAT parquet)")
    assert formats.detect(table).format == made.format
    expected = load(source, made.format, tmp_path / "out.parquet")[1]
    assert load(table, made.format, tmp_path / "out.parquet")[1] == expected


WRONG: tuple[Any, ...] = (None, -1e308, "?", [1], {"a": {}})
WRONG_CELLS = ("", "?", "-1e308", 'half"')


def spoilt(made: Made, shift: int) -> bytes:
    """The file with another column spoilt in each line, each in its own way."""
    if made.name.endswith(".csv"):
        rows = [line.split(",") for line in made.lines[1:]] * 20
        for n, row in enumerate(rows):
            row[(n + shift) % len(row)] = WRONG_CELLS[(n + shift) % len(WRONG_CELLS)]
        return "\n".join([made.lines[0], *map(",".join, rows)]).encode()
    if made.lines[0][0] != "{":
        return "\n".join(line[: (7 * n + shift * 11) % len(line)] for n, line in enumerate(made.lines)).encode()
    objects = [json.loads(line) for line in made.lines]
    for n, row in enumerate(objects):
        row[list(row)[(n + shift) % len(row)]] = WRONG[(n + shift) % len(WRONG)]
        row.pop(list(row)[(n + 3 * shift) % len(row)], None)
    return "\n".join(map(json.dumps, objects)).encode()


def damaged(made: Made) -> dict[str, bytes]:
    """Every kind of damage, by its name."""
    whole, lines = made.content(), made.lines
    first = 1 if made.name.endswith(".csv") else 0
    half = lines[-1][: len(lines[-1]) // 2].encode()
    odd = b'[1, 2]\n"text"\n{}\nnull\n{"a": {"b": [1]}}\n{"event": "\xff\xfe\xe9"}\n\0\0\n\n'
    return {
        "half a line": whole + half,
        "half lines and other things": whole + half + b"\n" + odd + whole.split(b"\n")[-2],
        "byte order mark": b"\xef\xbb\xbf" + whole,
        "sent twice": whole + ("\n".join(lines[first:]) + "\n").encode(),
        "packed and cut": gzip.compress(whole)[:-30],
        "cut in the middle": whole[: len(whole) // 2],
        "no zones, other units": whole.replace(b".000Z", b"").replace(b'"position": 10,', b'"position": 10000,')
            .replace(b'"currentTime": 10.0', b'"currentTime": "10,5"'),
        "times and ids that are none": whole.replace(b"2026-10-01T10:00:1", b"yesterday").replace(b"17908", b"0")
            .replace(b'"userId": "ann', b'"userId": ["ann'),
        "unknown events": whole.replace(b"laying", b"ondering").replace(b"ping", b"pong").replace(b"start", b"begin"),
        **{f"a column spoilt in each line ({shift})": spoilt(made, shift) for shift in range(3)},
    }  # fmt: skip


@every_source
def test_damage_is_counted_or_refused_and_never_a_traceback(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    out = tmp_path / "out.parquet"
    read = 0
    for name, content in damaged(made).items():
        path = file(tmp_path, made, content=content)
        try:
            intake, rows = load(path, made.format, out)
        except HooklineError as error:
            assert path.name in str(error), name
            assert not out.exists(), name
            continue
        read += 1
        assert not [raw for raw in made.ids if raw.encode() in out.read_bytes()], name
        assert "spoilt" in name or len(rows) <= 2 * made.written, name
        assert name != "half a line" or intake.rows == made.written + 1
        assert name != "byte order mark" or (intake.rows, intake.written) == (made.written, made.written)
        out.unlink()
    assert read > 3


@every_source
def test_empty_wrong_and_cut_off_files_are_refused_with_their_name(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    table = tmp_path / "table"
    duckdb.execute(f"COPY (SELECT range AS a FROM range(5000)) TO '{table}' (FORMAT parquet)")
    wrong = {
        "empty": b"",
        "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 10,
        "a script": b"INT. HALL - DAY\n\nLIN\nYou came.\n",
        "UTF-16": made.content().decode().encode("utf-16") if not made.name.endswith(".csv") else b"",
        "gzip of nothing": gzip.compress(b""),
        "half of gzip": gzip.compress(made.content() * 50)[:-100],
        "half of zstd": zstd(file(tmp_path, made), tmp_path / "z").read_bytes()[:-9],
        "half of Parquet": table.read_bytes()[:-40],
        "another table": table.read_bytes(),
    }
    out = tmp_path / "new.parquet"
    for name, content in wrong.items():
        path = file(tmp_path, made, name="wrong.bin", content=content)
        with pytest.raises(Unreadable, match=r"wrong\.bin"):
            load(path, made.format, out)
        assert not out.exists(), name


def test_a_file_that_is_no_format_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="empty"):
        sample_file(file(tmp_path, MAKERS[0](), content=b""))


def test_every_source_has_a_file_and_stands_in_the_docs() -> None:
    assert {make().format for make in MAKERS} == set(EVENT_FORMATS)


def test_problems_in_several_files_are_told_with_their_file_and_line(tmp_path: Path) -> None:
    made = next(made for made in (make() for make in MAKERS) if made.format == "segment")
    whole = file(tmp_path, made, name="a.jsonl")
    broken = file(tmp_path, made, name="b.jsonl", content=made.content().rstrip() + b'\n{"half\n')
    intake, _ = load([whole, broken], made.format, tmp_path / "new.parquet")
    places = {p.reason: p.example for p in intake.set_aside}
    assert places["the line is not a whole JSON object"] == f"b.jsonl, line {len(made.lines) + 1}"
