"""One function a command: parse done, call the project, draw what comes back."""

from __future__ import annotations

import argparse
import webbrowser
from collections.abc import Callable

from hookline import project
from hookline.cli import draw, tables
from hookline.project import LibraryRun, Said, Taken


def new(options: argparse.Namespace) -> None:
    """``hookline new DIR``."""
    series = project.create(options.dir, title=options.title, language=options.language)
    print(f"made {series.root}\nnext: hookline import {series.root} SCRIPTS EVENTS VIDEO...")


def take(options: argparse.Namespace) -> None:
    """``hookline import DIR PATH...``."""
    said = Said(options.kind, options.format, options.episode, options.market, options.views)
    series = project.open_series(options.dir)
    with draw.progress() as progress:
        taken, skipped = project.take(series, options.paths, said=said, progress=progress)
    told: set[str] = set()
    for one in taken:
        _print_taken(one, told)
    for left in skipped:
        print(f"skipped {left.source}: {left.why}")
    fresh = sum(one.fresh for one in taken)
    print(f"{fresh} imported, {len(taken) - fresh} known already, {len(skipped)} skipped")


def _print_taken(one: Taken, told: set[str]) -> None:
    print(f"{one.source} -> {one.entry.path}")
    print(f"  {one.detected.title} ({one.detected.why}): {one.found}")
    for remark in one.remarks:
        if remark not in told:  # a remark on a whole delivery is made once
            print(f"  {remark}")
    told |= set(one.remarks)


def run(options: argparse.Namespace) -> None:
    """``hookline run DIR``."""
    with draw.progress() as progress:
        done = project.run(project.open_library(options.dir), progress=progress)
    _print_run(done)


def report(options: argparse.Namespace) -> None:
    """``hookline report DIR``."""
    with draw.progress() as progress:
        done = project.run(project.open_library(options.dir), progress=progress)
    print(done.page)
    if options.open:
        webbrowser.open(done.page.resolve().as_uri())


def _print_run(done: LibraryRun) -> None:
    if not done.fresh:
        print(f"nothing to do, everything is up to date ({done.seconds:.1f} s)")
    for one in done.series:
        steps = ", ".join(f"{step.step} {step.seconds:.1f} s" for step in one.steps if step.fresh)
        if steps:
            print(f"{one.folder.name}: {steps}")
    print(f"report: {done.page}")


def simulate(options: argparse.Namespace) -> None:
    """``hookline simulate DIR``."""
    series = project.open_series(options.dir)
    with draw.progress() as progress:
        made = project.simulate_viewers(
            series,
            viewers=options.viewers,
            seed=options.seed,
            effects=options.effects,
            out=options.out,
            progress=progress,
        )
    for path in made:
        print(path)
    print(
        f"{options.viewers:,} simulated viewers" + ("" if options.out else "; marked as simulated wherever they show")
    )


def demo(options: argparse.Namespace) -> None:
    """``hookline demo``."""
    with draw.progress() as progress:
        done = project.demo(options.dir, viewers=options.viewers, progress=progress)
    main = done.series[0]
    insight = main.insight()
    print()
    for number, found in enumerate(insight.findings[:3] if insight else (), start=1):
        print(draw.finding(number, found))
    print(f"\nreport: {main.report}\nlibrary: {done.page}")


def doctor(options: argparse.Namespace) -> int:
    """``hookline doctor``: 0 when nothing that is needed is missing, else 2."""
    checks = project.examine(options.dir)
    for check in checks:
        mark = "ok  " if check.fine else ("none" if check.optional else "BAD ")
        print(f"{mark} {check.what}: {check.found}")
        if check.mend and not check.fine:
            print(f"     {check.mend}")
    return 0 if all(check.fine or check.optional for check in checks) else 2


def audience(options: argparse.Namespace) -> None:
    """``hookline audience [QUESTION] DIR``."""
    library = project.open_library(options.dir)
    with draw.progress() as progress:
        if options.question == "forget":
            lines = tables.forgotten(project.forget(library, options.viewer, progress=progress))
        elif options.question == "quality":
            lines = tables.quality(project.quality(library, progress=progress), shape=_shape(options))
        else:
            by = [name.strip() for name in options.by.split(",") if name.strip()]
            found = project.ask(library, options.question, by=by, episode=options.episode, progress=progress)
            lines = tables.answers(found, question=options.question, shape=_shape(options))
    for line in lines:
        print(line)


def _shape(options: argparse.Namespace) -> str:
    return "json" if options.json else "csv" if options.csv else "text"


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "new": new,
    "import": take,
    "run": run,
    "report": report,
    "audience": audience,
    "simulate": simulate,
    "demo": demo,
    "doctor": doctor,
}
