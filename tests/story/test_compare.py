from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.story import SeriesStory
from hookline.story import analyse
from hookline.story.compare import compare
from hookline.story.result import ChangeKind, Comparison, EpisodeChange
from tests.story.written import written

C = ChangeKind
SPOKEN = [
    ("ANN", "I have waited ten years for this letter to arrive."),
    ("BOB", "Burn it before your father finds out who wrote it."),
    ("ANN", "You were the one who hid it under the floor."),
    ("BOB", "Nobody in this house may ever read that name."),
    ("CARA", "Dinner is served in the garden, madam."),
    ("ANN", "Then tell them that the wedding is called off."),
    ("BOB", "The lawyers have sealed the gates of the factory."),
    ("CARA", "A stranger with a scar asks for you at the door."),
    ("ANN", "Give me the key to the cellar or leave forever."),
    ("BOB", "My brother never drowned in that lake."),
    ("CARA", "The doctor says the child has your blood."),
    ("ANN", "Every coin of that debt is paid tonight."),
]


def season(*episodes: list[tuple[str, str]], numbers: list[int] | None = None) -> SeriesStory:
    parts = []
    for number, lines in zip(numbers or range(1, len(episodes) + 1), episodes, strict=True):
        said = "\n\n".join(f"{who}\n{text}" for who, text in lines)
        parts.append(f"EPISODE {number}\n\nINT. ROOM {number} - DAY\n\n{said}")
    return analyse([written("\n\n".join(parts))])


A, B, D = SPOKEN[:4], SPOKEN[4:8], SPOKEN[8:]


def kinds(found: Comparison) -> list[tuple[ChangeKind, int | None, int | None]]:
    return [(one.kind, one.number_before, one.number_after) for one in found.episodes]


def lines(one: EpisodeChange) -> list[tuple[ChangeKind, str, str]]:
    return [(line.kind, line.text_before, line.text_after) for line in one.lines]


def test_a_draft_beside_itself_is_the_same() -> None:
    found = compare(season(A, B), season(A, B))
    assert found.same
    assert kinds(found) == [(C.SAME, 1, 1), (C.SAME, 2, 2)]
    assert found.people == ()
    assert found.total_before == found.total_after


def test_an_episode_put_in_between_renumbers_the_rest() -> None:
    found = compare(season(A, B), season(A, D, B))
    assert kinds(found) == [(C.SAME, 1, 1), (C.ADDED, None, 2), (C.MOVED, 2, 3)]
    assert len(found.episodes[1].lines) == len(D)


def test_an_episode_taken_out_stands_where_it_stood() -> None:
    found = compare(season(A, B, D), season(A, D, numbers=[1, 2]))
    assert kinds(found) == [(C.SAME, 1, 1), (C.REMOVED, 2, None), (C.MOVED, 3, 2)]


def test_two_episodes_that_change_places_are_found() -> None:
    assert kinds(compare(season(A, B), season(B, A))) == [(C.MOVED, 2, 1), (C.MOVED, 1, 2)]


def test_an_episode_written_anew_keeps_its_number() -> None:
    (one, two) = compare(season(A, B), season(A, D)).episodes
    assert (two.kind, two.number_before, two.number_after) == (C.CHANGED, 2, 2)
    assert two.alike < 0.25
    assert one.kind is C.SAME


def test_lines_reworded_added_cut_and_moved_are_told_apart() -> None:
    new = [
        A[1],
        ("ANN", "I have waited twenty years for this letter to arrive."),
        A[2],
        ("CARA", "Somebody is at the window."),
    ]
    (one,) = compare(season(A), season(new)).episodes
    found = lines(one)
    assert (C.REMOVED, A[3][1], "") in found
    assert (C.ADDED, "", "Somebody is at the window.") in found
    changed = {(before, after) for kind, before, after in found if kind in (C.CHANGED, C.ADDED, C.REMOVED)}
    assert (A[0][1], new[1][1]) in changed or ("", new[1][1]) in changed
    moved = season([A[2], A[0], A[1], A[3]])
    (one,) = compare(season(A), moved).episodes
    assert lines(one) == [(C.MOVED, A[2][1], A[2][1])]


def test_a_line_reworded_in_place_is_one_change() -> None:
    new = [A[0], ("BOB", "Burn it now before your father finds out who wrote it!"), *A[2:]]
    (one,) = compare(season(A), season(new)).episodes
    assert lines(one) == [(C.CHANGED, A[1][1], new[1][1])]


def test_a_line_given_to_somebody_else_is_a_change() -> None:
    (one,) = compare(season(A), season([*A[:3], ("ANN", A[3][1])])).episodes
    ((change),) = one.lines
    assert (change.kind, change.speaker_before, change.speaker_after) == (C.CHANGED, "Bob", "Ann")


def test_a_line_that_went_to_another_episode_is_one_move() -> None:
    found = compare(season(A, B), season(A[:3], [A[3], *B]))
    (line,) = found.episodes[0].lines
    assert (line.kind, line.to_episode) == (C.MOVED, 2)
    assert found.episodes[1].lines == ()


def test_beats_that_came_and_went_are_told() -> None:
    hot = [*A, ("BOB", "I will kill you if you speak!")]
    (one,) = compare(season(A), season(hot)).episodes
    assert "threat" in {change.after.type for change in one.beats if change.kind is C.ADDED and change.after}
    (back,) = compare(season(hot), season(A)).episodes
    assert "threat" in {change.before.type for change in back.beats if change.kind is C.REMOVED and change.before}
    assert one.after is not None
    assert one.before is not None
    assert one.after.duration_ms > one.before.duration_ms


def test_parts_that_came_and_went_are_told() -> None:
    found = compare(season(A), season([*A, ("DORA", "I saw it all from the stairs.")]))
    assert {(who.name, who.kind) for who in found.people} >= {("Dora", C.ADDED)}


drafts = st.lists(st.lists(st.sampled_from(SPOKEN), min_size=1, max_size=5), min_size=1, max_size=4)


@given(drafts, drafts)
@settings(max_examples=25, deadline=None)
def test_every_episode_and_every_line_is_accounted_for(
    old: list[list[tuple[str, str]]], new: list[list[tuple[str, str]]]
) -> None:
    before, after = season(*old), season(*new)
    found = compare(before, after)
    assert sorted(one.number_before for one in found.episodes if one.number_before) == [
        ep.number for ep in before.episodes
    ]
    assert sorted(one.number_after for one in found.episodes if one.number_after) == [
        ep.number for ep in after.episodes
    ]
    gone = sum(line.kind is C.REMOVED for one in found.episodes for line in one.lines)
    came = sum(line.kind is C.ADDED for one in found.episodes for line in one.lines)
    assert found.total_after.lines - found.total_before.lines == came - gone
