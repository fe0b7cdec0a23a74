"""Where tests find the shared real data, and what they say when it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOOKLINE_SHARED", REPOSITORY.parent / "shared" / "data"))


def shared_data(*parts: str) -> Path:
    """A file or folder of the shared data; skips the test, saying why, where it is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        name = "/".join(parts)
        pytest.skip(f"shared data not here: {name} (set HOOKLINE_SHARED, or put shared/ beside the checkout)")
    return path
