"""xAPI statements of the Video profile (1.0.3).

One JSON statement a line, an array of them, or pages as record stores answer: ``{"statements": [...], "more": ...}``.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "xAPI video statements"
_VIDEO = "https://w3id.org/xapi/video/extensions/"


def _extension(place: str, name: str) -> str:
    """A path to an extension, whose key is an address with dots in it."""
    return f"{place}.extensions.{(_VIDEO + name).replace('.', chr(92) + '.')}"


SOURCE = Source(
    name="xapi",
    title=TITLE,
    id_path="id",
    within="statements",
    expected='JSON statements with "verb": {"id": "https://w3id.org/xapi/video/verbs/played"}',
    fields={
        "id": ("id",),
        "account_name": ("actor.account.name",),
        "mbox": ("actor.mbox",),
        "mbox_sha1sum": ("actor.mbox_sha1sum",),
        "openid": ("actor.openid",),
        "verb": ("verb.id",),
        "object_id": ("object.id",),
        "title_json": ("object.definition.name",),
        "episode": ("context.extensions.episode", "object.definition.extensions.episode"),
        "time_s": (_extension("result", "time"),),
        "time_from": (_extension("result", "time-from"),),
        "time_to": (_extension("result", "time-to"),),
        "played_segments": (_extension("result", "played-segments"),),
        "length": (_extension("context", "length"),),
        "object_length": (_extension("object.definition", "length"),),
        "session_id": (_extension("context", "session-id"),),
        "user_agent": (_extension("context", "user-agent"),),
        "registration": ("context.registration",),
        "language": ("context.language",),
        "platform": ("context.platform",),
        "country": ("context.extensions.country",),
        "timestamp": ("timestamp",),
        "stored": ("stored",),
    },
    faults={
        "unknown_event": Fault("the verb is none of the Video profile's"),
        "unneeded": Fault("the statement says nothing of what was watched (initialized, interacted)"),
        "no_viewer": Fault("the actor has no account, mbox or openid"),
        "no_episode": Fault("the object has no id"),
        "bad_segments": Fault(
            "played-segments hold something that is no stretch: the others are used",
            "event_name",
            "write them as 0[.]12[,]30[.]41, in seconds",
            True,
        ),
        "no_session": Fault("there is no session-id: sessions are told apart by viewer and time", kept=True),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the rows are statements: actor, verb, object."""
    if not sample.has("actor", "verb", "object"):
        return None
    video = sum("w3id.org/xapi/video" in str(row) for row in sample.rows)
    if video:
        return Match(0.95, f"{video} of the first {len(sample.rows)} xAPI statements are of the Video profile")
    return Match(0.4, "xAPI statements")


recognise = recogniser(judge)
load = reader(SOURCE)
