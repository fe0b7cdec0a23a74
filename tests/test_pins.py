"""The pinned requirements say what pyproject.toml asks for, with hashes and without addresses."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]


def pins(name: str) -> dict[str, set[str]]:
    """Package -> pinned versions (one a Python version) of a requirement file."""
    found: dict[str, set[str]] = {}
    for line in (REPOSITORY / "requirements" / f"{name}.txt").read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line):
            found.setdefault(normal(match.group(1)), set()).add(match.group(2))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(extra: str) -> dict[str, str]:
    """Package -> lower bound of an extra, extras of extras included."""
    needs: dict[str, str] = {}
    for need in EXTRAS[extra]:
        if match := re.match(r"hookline\[(.+)\]", need):
            for inner in match.group(1).split(","):
                needs |= wanted(inner)
        else:
            needs |= bound(need)
    return needs


def bound(need: str) -> dict[str, str]:
    match = re.fullmatch(r"([A-Za-z0-9._-]+)>=([0-9.]+)(?:,<[0-9.]+)?", need)
    assert match, f"{need}: give a lower bound"
    return {normal(match.group(1)): match.group(2)}


def core() -> dict[str, str]:
    return {k: v for need in PROJECT["project"]["dependencies"] for k, v in bound(need).items()}


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])


@pytest.mark.parametrize("name", ["core", "all", "dev", "spark"])
def test_pins_meet_what_the_project_asks_for(name: str) -> None:
    asked = core()
    if name != "core":
        asked |= wanted("all")
    if name == "spark":
        asked = core() | wanted("spark")
    if name == "dev":
        asked |= {k: v for need in PROJECT["dependency-groups"]["dev"] for k, v in bound(need).items()}
    have = pins(name)
    assert set(asked) <= set(have), f"not pinned: {set(asked) - set(have)}; run ./dev lock"
    low = {k: v for k, v in asked.items() if any(number(version) < number(v) for version in have[k])}
    assert not low, f"pinned below the bound of pyproject.toml: {low}"


def test_every_extra_is_part_of_all_but_those_of_clusters() -> None:
    """A cluster's client is large (Spark's 430 MB, Ray's 240 MB): for those who have a cluster."""
    everything = wanted("all")
    assert all(set(wanted(extra)) <= set(everything) for extra in EXTRAS if extra not in ("spark", "ray"))
    assert not {"pyspark", "ray"} & set(everything)


@pytest.mark.parametrize("name", ["core", "all", "dev", "spark"])
def test_every_pin_has_a_hash(name: str) -> None:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    bare = [block.split()[0] for block in blocks if "--hash=sha256:" not in block]
    assert not bare


def test_the_core_pins_stand_in_the_larger_sets_too() -> None:
    core_pins, all_pins, dev_pins = pins("core"), pins("all"), pins("dev")
    assert all(all_pins[name] == versions for name, versions in core_pins.items())
    assert all(dev_pins[name] == versions for name, versions in all_pins.items())
    assert all(dev_pins.get(name, versions) == versions for name, versions in pins("spark").items())


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    return [REPOSITORY / name for name in listed.decode().split("\0") if name]


def test_no_file_names_a_registry_or_a_path_of_some_machine() -> None:
    hosts = ("py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian.org", "files." + "python")
    paths = ("/work" + "/main", "/work" + "/wt", "/work" + "/shared", "/ro" + "ot/", "/tmp" + "/v/")
    told = []
    for path in tracked():
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        told += [f"{path.relative_to(REPOSITORY)}: {word}" for word in (*hosts, *paths) if word in text]
    assert not told
