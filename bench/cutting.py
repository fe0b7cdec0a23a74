"""What a pass over a source takes in memory and processor time, by the number of its versions.

Each row is a process of its own that makes versions of 8 s of the shared two-shot (1280x720), one a platform, without
captions; the last version of four is 1080x1350.  ``HOOKLINE_SHARED`` says where the media lie.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.shared import shared_data

from hookline.edit.captions import CaptionStyle
from hookline.edit.platforms import known_platforms
from hookline.media.probe import probe
from hookline.model.cut import Clip, Crop, Cut, Fill, Framing
from hookline.model.platform import Platform
from hookline.model.span import Span
from hookline.project.cut_plan import needs_bytes
from hookline.project.cut_tasks import Made, SourceFile, Task, Version, perform

SPAN = Span(0, 8_000)
NAMES = ("tiktok", "reels", "shorts", "facebook")


def main() -> None:
    """Print the table, or be one row of it."""
    if len(sys.argv) > 1:
        row(int(sys.argv[1]))
        return
    print("| versions in a pass | peak memory, MB | planned for, MB | processor, s | s a second of a million pixels |")
    print("|---|---|---|---|---|")
    for count in (1, 2, 4):
        subprocess.run([sys.executable, "-m", "bench.cutting", str(count)], check=True)


def row(count: int) -> None:
    """One pass in this process."""
    path = shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")
    stat, known = path.stat(), known_platforms()
    versions = tuple(version(path, known[name].platform) for name in NAMES[:count])
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        source = SourceFile("film", path, stat.st_size, stat.st_mtime_ns, "")
        made = perform(Task(versions, (source,), Path(folder), threads=2))
        spent = time.process_time() - began
    assert all(isinstance(one, Made) for one in made), made
    area = sum(one.platform.width * one.platform.height for one in versions) * SPAN.duration_ms / 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {count} | {peak:.0f} | {needs_bytes(versions) / 1e6:.0f} | {spent:.1f} | {spent / area * 1e6:.2f} |")


def version(path: Path, platform: Platform) -> Version:
    """The middle of the picture for a platform."""
    info = probe(path)
    width = min(info.width, info.height * platform.width / platform.height)
    height = width * platform.height / platform.width
    crop = Crop(0, (info.width - width) / 2, (info.height - height) / 2, width, height)
    clips = (Clip("film", SPAN, (Framing(SPAN, Fill.CROP, (crop,)),)),)
    return Version(Cut(f"bench-001-{platform.name}", "bench", 1, clips), platform, "en", CaptionStyle())


if __name__ == "__main__":
    main()
