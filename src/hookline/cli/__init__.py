"""The command line: parses, draws, and computes nothing.

Exit codes: 0 done; 2 the input is wrong or something is missing (said in words); 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import hookline
from hookline.model.errors import HooklineError

QUESTIONS = ("figures", "quality", "funnel", "ads", "forget")
KINDS = ("script", "subtitles", "video", "events", "curve", "beats")  # beats: corrections by people
ENGINES = ("offline", "llm")  # who reads the story


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    from hookline.cli import commands  # after parsing, so that --help stays quick

    try:
        return int(commands.COMMANDS[options.command](options) or 0)
    except HooklineError as error:
        print(f"hookline: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nhookline: stopped; what was finished is kept, the next run goes on from there", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        print(f"hookline: {where}{error.strerror}\n  nothing half-written was left behind", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="hookline", description="What holds the viewers of a short drama, and what to change."
    )
    top.add_argument("--version", action="version", version=f"hookline {hookline.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_new(commands)
    _add_import(commands)
    _add_run(commands)
    _add_story(commands)
    _add_compare(commands)
    _add_report(commands)
    _add_audience(commands)
    _add_experiment(commands)
    _add_cut(commands)
    _add_platforms(commands)
    _add_insight(commands)
    _add_plan(commands)
    _add_forecast(commands)
    _add_markets(commands)
    _add_spend(commands)
    _add_brand(commands)
    _add_simulate(commands)
    _add_demo(commands)
    _add_models(commands)
    _add_doctor(commands)
    return top


_Commands = argparse._SubParsersAction  # the type has no public name


def _add_new(commands: _Commands[argparse.ArgumentParser]) -> None:
    new = commands.add_parser("new", help="make a series folder")
    new.add_argument("dir", type=Path, help="the folder to make")
    new.add_argument("--title", default="", help="the series' title (default: the folder's name)")
    new.add_argument("--language", default="", choices=("", "en", "zh"), help="of the scripts that count")


def _add_import(commands: _Commands[argparse.ArgumentParser]) -> None:
    take = commands.add_parser(
        "import",
        help="bring in scripts, subtitles, video, viewer events, platform curves",
        epilog="viewer data: Segment, Snowplow, Mux, Adobe, xAPI, GA4, CMCD, AppsFlyer, Meta and TikTok ads, and any"
        " CSV, JSON lines or Parquet by --map",
    )
    take.add_argument("dir", type=Path, help="the series folder")
    take.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, folders of files, or quoted patterns")
    take.add_argument("--as", dest="kind", choices=KINDS, help="what the files are, where they don't say so themselves")
    take.add_argument("--format", help="read them in this format, whatever they look like")
    take.add_argument("--map", type=Path, metavar="FILE", help="read viewer data by this mapping file (docs/events.md)")
    take.add_argument("--episode", type=_whole, default=0, metavar="N", help="the episode the file belongs to")
    take.add_argument("--market", default="", help="the market a platform's curve was taken in")
    take.add_argument("--views", type=_whole, default=0, metavar="N", help="the views a platform's curve rests on")


def _add_run(commands: _Commands[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="bring story, audience, findings and report up to date")
    run.add_argument("dir", type=Path, help="a series folder, or a library (a folder of series folders)")


def _add_story(commands: _Commands[argparse.ArgumentParser]) -> None:
    story = commands.add_parser("story", help="what a script holds: beats, tension, people, hooks, notes")
    story.add_argument("dir", type=Path, nargs="?", help="a series folder, or a library")
    story.add_argument("--script", type=Path, nargs="+", metavar="FILE", help="read these scripts, without a folder")
    story.add_argument("--subtitles", type=Path, nargs="+", default=[], metavar="FILE", help="that time those scripts")
    story.add_argument("--format", help="read the scripts in this format, whatever they look like")
    story.add_argument("--episode", type=_whole, metavar="N", help="one episode, line by line")
    story.add_argument("--json", action="store_true", help="everything as JSON (one line a series for a library)")
    story.add_argument("--csv", type=Path, metavar="FOLDER", help="write everything as tables there")
    story.add_argument("--export", type=Path, metavar="FILE", help="write beats.csv or .json, to correct and import")
    story.add_argument("--engine", choices=ENGINES, default="offline", help="who reads the story (default: offline)")
    story.add_argument("--yes", action="store_true", help="with --engine llm: pay without being asked")


def _add_compare(commands: _Commands[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser("compare", help="what changed from one draft to the next")
    compare.add_argument("before", type=Path, help="a script, a folder of scripts, or a series folder")
    compare.add_argument("after", type=Path, help="the later draft")
    compare.add_argument("--format", help="read the scripts in this format, whatever they look like")
    compare.add_argument("--episode", type=_whole, metavar="N", help="the lines of one episode")
    compare.add_argument("--json", action="store_true", help="everything as JSON")


def _add_report(commands: _Commands[argparse.ArgumentParser]) -> None:
    report = commands.add_parser("report", help="write the report and say where it is")
    report.add_argument("dir", type=Path, help="a series folder, or a library")
    report.add_argument("--open", action="store_true", help="open it in the browser")


def _add_experiment(commands: _Commands[argparse.ArgumentParser]) -> None:
    trial = commands.add_parser("experiment", help="cuts shown at random: which is better, and is it sure yet")
    trial.add_argument("dir", type=Path, help="the series folder; its hookline.toml plans the experiments")
    trial.add_argument("name", nargs="?", default="", help="one of them (default: all)")
    what = trial.add_mutually_exclusive_group()
    what.add_argument("--design", action="store_true", help="how many viewers and days the named one needs")
    what.add_argument("--allocate", action="store_true", help="shares in which to deal out tomorrow's viewers")
    trial.add_argument("--json", action="store_true", help="as JSON")


def _add_insight(commands: _Commands[argparse.ArgumentParser]) -> None:
    found = commands.add_parser("insight", help="findings, moments and effects: what holds viewers and what loses them")
    found.add_argument("dir", type=Path, help="a series folder, or a library")
    found.add_argument("--market", default="", metavar="M", help="of this market, and of all markets together")
    found.add_argument("--json", action="store_true", help="as JSON, by a published schema (docs/insight.md)")


def _add_plan(commands: _Commands[argparse.ArgumentParser]) -> None:
    plan = commands.add_parser("plan", help="where episodes should end, and after which one to ask for money")
    plan.add_argument("dir", type=Path, help="a series folder, or a library")
    what = plan.add_mutually_exclusive_group(required=True)
    what.add_argument("--boundaries", action="store_true", help="divide the season anew, beside today's division")
    what.add_argument("--paywall", action="store_true", help="the first paid episode, by market")
    plan.add_argument("--shortest", type=_whole, metavar="S", help="seconds of an episode at least")
    plan.add_argument("--longest", type=_whole, metavar="S", help="and at most (default: today's, a tenth stretched)")
    plan.add_argument("--json", action="store_true", help="as JSON")


def _add_forecast(commands: _Commands[argparse.ArgumentParser]) -> None:
    ahead = commands.add_parser("forecast", help="what viewers will do with a script that nobody has seen yet")
    ahead.add_argument("dir", type=Path, help="the catalogue: a library, or a series folder")
    ahead.add_argument("--script", type=Path, required=True, metavar="FILE", help="a script, or a folder of them")
    ahead.add_argument("--edit", type=Path, metavar="FILE", help="a later draft: what changes from one to the other")
    ahead.add_argument("--market", default="", metavar="M", help="learn from this market's viewers alone")
    ahead.add_argument(
        "--first-paid", type=_whole, metavar="N", help="the first paid episode (default: as is usual in the catalogue)"
    )
    ahead.add_argument("--format", help="read the scripts in this format, whatever they look like")
    ahead.add_argument("--json", action="store_true", help="as JSON, curves second by second")


def _add_markets(commands: _Commands[argparse.ArgumentParser]) -> None:
    where = commands.add_parser("markets", help="which market a series should go to next, and what each likes of it")
    where.add_argument("dir", type=Path, help="a library; a series alone knows its own markets only")
    where.add_argument("--json", action="store_true", help="as JSON")


def _add_spend(commands: _Commands[argparse.ArgumentParser]) -> None:
    ads = commands.add_parser("spend", help="how to divide the next advertising budget between ad cuts and markets")
    ads.add_argument("dir", type=Path, help="a series folder, or a library")
    ads.add_argument(
        "--budget", type=_amount, default=0.0, metavar="AMOUNT", help="for the next 28 days (default: as of late)"
    )
    ads.add_argument("--market", default="", metavar="M", help="divide this market's budget alone")
    ads.add_argument("--json", action="store_true", help="as JSON, by a published schema (docs/spend.md)")


def _add_brand(commands: _Commands[argparse.ArgumentParser]) -> None:
    shown = commands.add_parser("brand", help="what a brand's placements do: clicks, leaving, sales, where they work")
    shown.add_argument("dir", type=Path, help="a series folder, or a library; brand.toml says where the brand shows")
    shown.add_argument("--json", action="store_true", help="as JSON, by a published schema (docs/spend.md)")


def _add_audience(commands: _Commands[argparse.ArgumentParser]) -> None:
    ask = commands.add_parser("audience", help="who stayed, until when, who paid, what ads brought; or forget a viewer")
    ask.add_argument(
        "question",
        nargs="?",
        choices=QUESTIONS,
        default="figures",
        help="figures (default); quality: every row set aside and why; funnel: the paywall and what viewers pay; "
        "ads: what ads cost and bring; forget: delete one viewer",
    )
    ask.add_argument("dir", type=Path, help="a series folder, or a library")
    ask.add_argument("--by", default="", metavar="DIM,DIM", help="break down by market, platform, cut")
    ask.add_argument("--episode", type=_whole, default=0, metavar="N", help="this episode alone, second by second")
    ask.add_argument("--viewer", default="", metavar="ID", help="for forget: the id as it stood in the imported files")
    shape = ask.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="as JSON (docs/audience.md says what stands in it)")
    shape.add_argument("--csv", action="store_true", help="as CSV, one line a figure")


def _add_cut(commands: _Commands[argparse.ArgumentParser]) -> None:
    cut = commands.add_parser(
        "cut",
        help="every platform's versions of an episode or a video: chosen, framed, captioned, checked",
        epilog="platforms: see hookline platforms; kinds: full, trimmed, teaser, recap, ad (6, 15 and 30 s; or one"
        " of them: ad15), highlight, silent; a number after a kind is its length in seconds: teaser45",
    )
    cut.add_argument("dir", type=Path, nargs="?", help="a series folder, or a library")
    cut.add_argument("--video", type=Path, metavar="FILE", help="cut this video, without a folder")
    cut.add_argument("--subtitles", type=Path, metavar="FILE", help="what is said in that video")
    cut.add_argument("--language", default="", help="that is spoken in that video, as en or th (told from subtitles)")
    cut.add_argument("--out", type=Path, metavar="FOLDER", help="where the cuts of that video go")
    cut.add_argument("--episode", type=_whole, action="append", metavar="N", help="this episode (more: say it again)")
    cut.add_argument("--platform", type=_names, default=(), metavar="A,B", help="for these (tiktok,reels,shorts)")
    cut.add_argument("--kind", type=_names, default=(), metavar="A,B", help="these kinds (full)")
    cut.add_argument("--variants", type=_whole, default=0, metavar="N", help="so many of each, to test them (1)")
    cut.add_argument("--spoilers", action="store_true", help="show paid episodes to those who haven't paid, too")
    cut.add_argument("--market", default="", help="the market that the cuts are for")
    cut.add_argument("--figures", type=Path, metavar="FILE", help="platforms of your own, with --video")
    cut.add_argument("--workers", type=_whole, default=0, metavar="N", help="processes side by side (as many as fit)")
    cut.add_argument("--dry-run", action="store_true", help="say what would be made and why, and make nothing")
    cut.add_argument("--json", action="store_true", help="as JSON")


def _add_platforms(commands: _Commands[argparse.ArgumentParser]) -> None:
    platforms = commands.add_parser("platforms", help="what each platform takes, who says so, and when")
    platforms.add_argument("name", nargs="?", default="", help="one of them, figure by figure")
    platforms.add_argument("--dir", type=Path, help="with the figures of this series' own")
    platforms.add_argument("--json", action="store_true", help="as JSON")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _add_simulate(commands: _Commands[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser("simulate", help="make simulated viewers with planted effects, marked as such")
    simulate.add_argument("dir", type=Path, help="the series folder")
    simulate.add_argument("--viewers", type=_whole, default=20_000, metavar="N", help="how many (default: 20,000)")
    simulate.add_argument("--seed", type=_whole, default=1, metavar="N", help="the same seed gives the same viewers")
    simulate.add_argument("--effects", type=Path, metavar="FILE", help="planted effects (default: none)")
    said = "another shape of hazard and frailty, and effects that fade (docs/simulate.md)"
    simulate.add_argument("--structure", choices=("ordinary", "other"), default="", help=said)
    simulate.add_argument("--out", type=Path, metavar="FOLDER", help="write the files there and don't import them")


def _add_demo(commands: _Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="make the sample series and run everything on it")
    demo.add_argument("dir", type=Path, nargs="?", default=Path("demo"), help="where (default: ./demo)")
    demo.add_argument("--viewers", type=_whole, default=200_000, metavar="N", help="simulated viewers (200,000)")


def _add_models(commands: _Commands[argparse.ArgumentParser]) -> None:
    models = commands.add_parser(
        "models", help="which model files can be used, whether they are there, where to put them"
    )
    models.add_argument("--json", action="store_true", help="the same as JSON")


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="say what is installed, what is missing, and how to get it")
    doctor.add_argument("dir", type=Path, nargs="?", help="also look over this series or library")


def _amount(text: str) -> float:
    try:
        amount = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        amount = 0.0
    if not 0 < amount < 1e15:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount above 0")
    return amount


def _whole(text: str) -> int:
    try:
        number = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number
