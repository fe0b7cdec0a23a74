"""``hookline models``: model files that Hookline can use.  It never fetches one."""

from __future__ import annotations

import argparse
import json

from hookline.engines.models import FOLDER_VARIABLE, ModelReport, ModelState, model_files, model_folder
from hookline.model.codec import to_json


def tell(options: argparse.Namespace) -> int:
    """``hookline models``: 2 when a file there is not what its name says, else 0."""
    reports = model_files()
    if options.json:
        found = [to_json(one.wanted) | {"path": str(one.path), "state": one.state} for one in reports]
        print(json.dumps(found, indent=1))
    else:
        print(f"looked for in {model_folder()} (another folder: {FOLDER_VARIABLE}=FOLDER)")
        for one in reports:
            _draw(one)
    return 2 if any(one.state is ModelState.WRONG for one in reports) else 0


def _draw(one: ModelReport) -> None:
    wanted = one.wanted
    print(f"\n{wanted.name}: {wanted.title}")
    print(f"  {one.state}: {one.path}")
    if one.state is not ModelState.FOUND:
        print(f"  file     {wanted.file}, {wanted.bytes:,} bytes")
        print(f"  from     {wanted.upstream}")
        print(f"  without  {wanted.without}")
    print(f"  sha256   {wanted.sha256}\n  licence  {wanted.licence}")
