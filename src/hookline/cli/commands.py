"""One function a command: parse done, call the project, draw what comes back."""

from __future__ import annotations

import argparse
import json
import sys
import webbrowser
from collections.abc import Callable, Sequence

from hookline import project
from hookline.cli import brand, cuts, draw, forecasts, insights, markets, models, plans, spend, tables, trials
from hookline.model.errors import BadInput
from hookline.model.story import SeriesStory
from hookline.project import LibraryRun, Said, SeriesFolder, Taken


def new(options: argparse.Namespace) -> None:
    """``hookline new DIR``."""
    series = project.create(options.dir, title=options.title, language=options.language)
    print(f"made {series.root}\nnext: hookline import {series.root} SCRIPTS EVENTS VIDEO...")


def take(options: argparse.Namespace) -> None:
    """``hookline import DIR PATH...``."""
    kind = "corrections" if options.kind == "beats" else options.kind
    said = Said(kind, options.format, options.episode, options.market, options.views, options.map)
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


def story(options: argparse.Namespace) -> None:
    """``hookline story DIR``, or ``--script FILE`` without a series folder."""
    told = _stories(options)
    if options.episode:
        _check_episode(options.episode, [story for _, story in told])
    if options.export:
        _export(options, told)
    if options.csv:
        for series, one in told:
            folder = options.csv / series.name if series and len(told) > 1 else options.csv
            _say(options, f"{len(project.write_tables(one, folder))} tables in {folder}")
    if options.json:
        for _, one in told:
            found = project.story_json(one, engine=options.engine, episode=options.episode)
            print(json.dumps(found, ensure_ascii=False, indent=1 if len(told) == 1 else None))
    elif not (options.csv or options.export):
        _draw_stories(options, [story for _, story in told])


def _stories(options: argparse.Namespace) -> list[tuple[SeriesFolder | None, SeriesStory]]:
    if bool(options.dir) == bool(options.script):
        raise BadInput(
            "give a series folder, or --script FILE", mend="hookline story DIR; hookline story --script FILE"
        )
    if options.engine == "llm":
        return _by_model(options)
    if options.script:
        return [(None, project.story_of_files(options.script, subtitles=options.subtitles, format=options.format))]
    if options.subtitles or options.format:
        raise BadInput("--subtitles and --format go with --script", mend="import them: hookline import DIR FILE")
    with draw.progress() as progress:
        found = project.open_library(options.dir).series
        return [(series, project.timed_story(series, progress=progress)) for series in found]


def _by_model(options: argparse.Namespace) -> list[tuple[SeriesFolder | None, SeriesStory]]:
    """Stories as a language model reads them: the cost first, then the work, then what it came to."""
    from hookline.project import annotating

    if not options.dir:
        mend = "make one with: hookline new DIR; its hookline.toml names the model"
        raise BadInput("--engine llm needs a series folder", mend=mend)
    read: list[tuple[SeriesFolder | None, SeriesStory]] = []
    for series in project.open_library(options.dir).series:
        told = annotating.quote(series)
        print(draw.quote(told), file=sys.stderr)
        if told.known < told.scenes and not options.yes:
            _agree()
        with draw.progress() as progress:
            found = annotating.annotate(series, progress=progress)
        print(draw.annotated(found), file=sys.stderr)
        read.append((series, found.story))
    return read


def _agree() -> None:
    if not sys.stdin.isatty():
        raise BadInput("nobody is there to agree to the cost", mend="say --yes")
    print("ask? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput("not asked; nothing was sent", mend="--engine offline costs nothing")


def _check_episode(number: int, stories: Sequence[SeriesStory]) -> None:
    if not any(one.episode(number) for one in stories):
        known = sorted({told.number for one in stories for told in one.episodes})
        raise BadInput(f"there is no episode {number}", mend=f"episodes: {draw.numbers(known)}")


def _export(options: argparse.Namespace, told: Sequence[tuple[SeriesFolder | None, SeriesStory]]) -> None:
    if len(told) > 1:
        raise BadInput("corrections are of one series", where=str(options.dir), mend="name one series of the library")
    ((series, one),) = told
    rows = project.export_corrections(one, options.export, series=series)
    _say(options, f"{rows} rows in {options.export}: change them, and hookline import DIR {options.export} --as beats")


def _say(options: argparse.Namespace, text: str) -> None:
    print(text, file=sys.stderr if options.json else sys.stdout)


def _draw_stories(options: argparse.Namespace, stories: Sequence[SeriesStory]) -> None:
    from hookline.cli import draw_story

    out = draw_story.console()
    for number, one in enumerate(stories):
        if number:
            out.rule()
        numbers, notes = project.figures(one)
        told = one.episode(options.episode) if options.episode else None
        if told:
            draw_story.episode(out, told, numbers=numbers, notes=notes)
        elif not options.episode:
            draw_story.series(out, one, numbers=numbers, notes=notes, engine=options.engine)


def compare(options: argparse.Namespace) -> None:
    """``hookline compare A B``."""
    with draw.progress() as progress:
        drafts = [
            project.draft(path, format=options.format, progress=progress) for path in (options.before, options.after)
        ]
    if options.episode:
        _check_episode(options.episode, drafts)
    found = project.compare_drafts(*drafts)
    if options.json:
        print(json.dumps(project.comparison_json(found), ensure_ascii=False, indent=1))
    else:
        from hookline.cli import draw_story

        draw_story.comparison(draw_story.console(), found, episode=options.episode)


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
            structure=options.structure,
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


def experiment(options: argparse.Namespace) -> None:
    """``hookline experiment DIR [NAME]``."""
    series = project.open_series(options.dir)
    if (options.design or options.allocate) and not options.name:
        raise BadInput("which experiment?", mend="say its name: hookline experiment DIR NAME")
    with draw.progress() as progress:
        if options.design:
            design = project.design_experiment(series, name=options.name, progress=progress)
            told = trials.designed(design, as_json=options.json)
        elif options.allocate:
            shares = project.allocation(series, name=options.name, progress=progress)
            told = trials.dealt(shares, as_json=options.json)
        else:
            found = project.experiments(series, name=options.name, progress=progress)
            told = trials.results(found, as_json=options.json)
            if not options.json:
                told += "".join(cuts.shown(project.cuts_shown(series, plan)) for plan, _ in found)
    print(told)


def plan(options: argparse.Namespace) -> None:
    """``hookline plan DIR --boundaries|--paywall``."""
    library = project.open_library(options.dir)
    with draw.progress() as progress:
        if options.boundaries:
            shortest, longest = (1000 * s if s else None for s in (options.shortest, options.longest))
            divided = project.plan_boundaries(library, shortest_ms=shortest, longest_ms=longest, progress=progress)
            told = plans.boundaries(divided, as_json=options.json)
        else:
            told = plans.paywalls(project.plan_paywall(library, progress=progress), as_json=options.json)
    print(told)


def forecast(options: argparse.Namespace) -> None:
    """``hookline forecast DIR --script FILE [--edit FILE]``."""
    library = project.open_library(options.dir)
    how = {"market": options.market, "first_paid": options.first_paid, "format": options.format}
    with draw.progress() as progress:
        if options.edit:
            edited = project.forecast_edit(library, options.script, options.edit, progress=progress, **how)
            told = forecasts.what_if(edited, as_json=options.json)
        else:
            found = project.forecast_script(library, options.script, progress=progress, **how)
            told = forecasts.forecast(found, as_json=options.json)
    print(told)


def where_next(options: argparse.Namespace) -> None:
    """``hookline markets DIR``."""
    with draw.progress() as progress:
        found = project.market_prospects(project.open_library(options.dir), progress=progress)
    print(markets.prospects(found, as_json=options.json))


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
    "story": story,
    "compare": compare,
    "report": report,
    "audience": audience,
    "experiment": experiment,
    "cut": cuts.cut,
    "platforms": cuts.platforms,
    "insight": insights.insight,
    "plan": plan,
    "forecast": forecast,
    "markets": where_next,
    "spend": spend.spend,
    "brand": brand.brand,
    "simulate": simulate,
    "demo": demo,
    "models": models.tell,
    "doctor": doctor,
}
