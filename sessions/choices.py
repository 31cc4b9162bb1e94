"""Words with a fixed list in training sessions."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionKind(models.TextChoices):
    LECTURE = "lecture", _("lecture")
    SITE_VISIT = "site_visit", _("site visit")
    EXHIBITION = "exhibition", _("exhibition hall")
    DISCUSSION = "discussion", _("group discussion")
    CEREMONY = "ceremony", _("ceremony")
    TRANSFER = "transfer", _("transfer")
    MEAL = "meal", _("meal")
    SELF_STUDY = "self_study", _("self-study")


class SessionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PLANNED = "planned", _("planned")
    CANCELLED = "cancelled", _("cancelled")
    DONE = "done", _("done")


class VenueKind(models.TextChoices):
    LECTURE_HALL = "lecture_hall", _("lecture hall")
    MEETING_ROOM = "meeting_room", _("meeting room")
    COMPANY = "company", _("company")
    EXHIBITION_HALL = "exhibition_hall", _("exhibition hall")
    HOTEL = "hotel", _("hotel")
    RESTAURANT = "restaurant", _("restaurant")
    STATION = "station", _("station")
    OTHER = "other", _("other")


class ClashCode(models.TextChoices):
    """The codes of design §8; which of them are hard stands in `HARD_CLASHES`."""

    VENUE = "venue", _("venue taken")
    SPEAKER = "speaker", _("speaker taken")
    GROUP = "group", _("group taken")
    TRAVEL = "travel", _("travel time too short")
    CAPACITY = "capacity", _("venue too small")
    PARTY = "party", _("visiting party too large")
    OPENING = "opening", _("venue closed")
    AVAILABILITY = "availability", _("speaker not available")
    MEAL = "meal", _("no time for the meal")
    LECTURE_LENGTH = "lecture_length", _("too long without a break")
    EVENING = "evening", _("late in the evening")
    ORDER = "order", _("out of order")
    HOLIDAY = "holiday", _("statutory holiday")


HARD_CLASHES = frozenset({ClashCode.VENUE, ClashCode.SPEAKER, ClashCode.GROUP})


class RepairKind(models.TextChoices):
    """What a repair of a clash does; how each is found stands in `sessions.rules.repairs`."""

    SHIFT = "shift", _("other time")
    ALONG = "along", _("other time, transfers with it")
    PUSH = "push", _("the rest of the day moves too")
    DAY = "day", _("other day")
    PLACE = "place", _("free time")
    VENUE = "venue", _("other venue")
    SWAP = "swap", _("times exchanged")
    VENUE_SWAP = "venue_swap", _("venues exchanged")
    SPEAKER = "speaker", _("other speaker")
    WAVES = "waves", _("in waves")
    TRIM = "trim", _("shorter")


class ChangeRole(models.TextChoices):
    """Whether a write was new, took one back, or did it again."""

    PLAIN = "plain", _("change")
    UNDO = "undo", _("undone")
    REDO = "redo", _("done again")


class ProposalState(models.TextChoices):
    OPEN = "open", _("waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
    DECLINED = "declined", pgettext_lazy("proposal", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")


class RequestState(models.TextChoices):
    OPEN = "open", _("waiting for consent")
    RELEASED = "released", _("released")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SlotState(models.TextChoices):
    """Domain §3, confirmation by the host of a site; speakers end at `confirmed` or `done`."""

    ASKED = "asked", _("asked")
    PENCILLED = "pencilled", _("pencilled in")
    CONFIRMED = "confirmed", _("confirmed")
    LIST_SENT = "list_sent", _("list of people sent")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")


# What may follow on which answer. Back to `asked` leads only asking again, which the organizers do.
SLOT_MOVES: dict[str, tuple[str, ...]] = {
    SlotState.ASKED: (SlotState.PENCILLED, SlotState.CONFIRMED, SlotState.REFUSED),
    SlotState.PENCILLED: (SlotState.CONFIRMED, SlotState.REFUSED, SlotState.ASKED),
    SlotState.CONFIRMED: (
        SlotState.PENCILLED,
        SlotState.LIST_SENT,
        SlotState.DONE,
        SlotState.REFUSED,
        SlotState.ASKED,
    ),
    SlotState.LIST_SENT: (SlotState.DONE, SlotState.REFUSED, SlotState.ASKED),
    SlotState.DONE: (),
    SlotState.REFUSED: (SlotState.PENCILLED, SlotState.CONFIRMED, SlotState.ASKED),
}
# What a speaker or a host can say.
SLOT_ANSWERS = (SlotState.CONFIRMED, SlotState.PENCILLED, SlotState.REFUSED)
# The speaker or the host has agreed.
AGREED_SLOTS = frozenset({SlotState.CONFIRMED, SlotState.LIST_SENT, SlotState.DONE})


class SlotStanding(models.TextChoices):
    """How what was asked compares with the session as it is planned now."""

    CURRENT = "current", _("as asked")
    MOVED = "moved", _("moved since")
    UNPLACED = "unplaced", _("without a time now")
    CANCELLED = "cancelled", _("cancelled")
    UNBOOKED = "unbooked", _("no longer needed")


class AttendanceState(models.TextChoices):
    PRESENT = "present", _("present")
    LATE = "late", _("late")
    EARLY = "early", _("left early")
    ABSENT = "absent", _("absent")
    LEAVE = "leave", _("on leave")


# Marks that count as having attended, for hours.
ATTENDED_STATES = (AttendanceState.PRESENT, AttendanceState.LATE, AttendanceState.EARLY)


class AttendanceMethod(models.TextChoices):
    ROLL_CALL = "roll_call", _("roll call")
    QR = "qr", _("QR code")
    PAPER = "paper", _("paper sheet")
    API = "api", _("API")


class BundleState(models.TextChoices):
    """How far all documents in one file are."""

    WAITING = "waiting", _("waiting")
    WORKING = "working", _("in the making")
    DONE = "done", _("done")
    FAILED = "failed", pgettext_lazy("document", "failed")


UNFINISHED_BUNDLES = (BundleState.WAITING, BundleState.WORKING)


class AnnouncementState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    SCHEDULED = "scheduled", pgettext_lazy("message", "scheduled")
    SENT = "sent", _("sent")
    STOPPED = "stopped", pgettext_lazy("message", "stopped")


class ReminderKind(models.TextChoices):
    EVENING = "evening", _("the evening before")
    TRANSFER = "transfer", _("before a transfer")


class RoundState(models.TextChoices):
    """`void`: the occasion is gone. `missed`: its time had passed before anybody could tell."""

    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    VOID = "void", pgettext_lazy("reminder", "taken back")
    MISSED = "missed", pgettext_lazy("reminder", "missed")
