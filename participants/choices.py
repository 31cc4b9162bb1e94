"""Words with a fixed list in participants."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("unknown")
    MALE = "1", _("male")
    FEMALE = "2", _("female")
    UNSTATED = "9", _("not stated")


class PaperKind(models.TextChoices):
    RESIDENT_ID = "resident_id", _("resident identity card")
    RESIDENCE_PERMIT = (
        "residence_permit",
        _("residence permit for Hong Kong, Macao and Taiwan residents"),
    )
    HOME_RETURN_PERMIT = (
        "home_return_permit",
        _("mainland travel permit for Hong Kong and Macao residents"),
    )
    TAIWAN_PERMIT = "taiwan_permit", _("mainland travel permit for Taiwan residents")
    PASSPORT = "passport", _("passport")
    FOREIGN_RESIDENT_CARD = "foreign_resident_card", _("foreign permanent resident card")
    OTHER = "other", _("other paper")


class EnrollmentState(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    CHECKED_IN = "checked_in", _("checked in")
    NO_SHOW = "no_show", _("did not come")
    STUDYING = "studying", _("studying")
    ON_LEAVE = "on_leave", _("on leave")
    COMPLETED = "completed", _("completed")
    INCOMPLETE = "incomplete", _("without certificate")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISMISSED = "dismissed", _("dismissed")


# Those who hold a seat and are told of changes.
ACTIVE_STATES = (
    EnrollmentState.CONFIRMED,
    EnrollmentState.CHECKED_IN,
    EnrollmentState.STUDYING,
    EnrollmentState.ON_LEAVE,
    EnrollmentState.COMPLETED,
    EnrollmentState.INCOMPLETE,
)


class Post(models.TextChoices):
    """What somebody does for the class."""

    MONITOR = "monitor", _("class monitor")
    DEPUTY = "deputy", _("deputy class monitor")
    STUDY = "study", _("study officer")
    LIFE = "life", _("welfare officer")
    LEADER = "leader", _("group leader")


class ConsentPurpose(models.TextChoices):
    DIRECTORY = "directory", _("listed for the other participants")
    PHOTO = "photo", _("photos in reports")
    PROCESSING = "processing", _("processing of the nomination")
    IDENTITY = "identity", _("identity paper and portrait")
    DIET = "diet", _("diet, allergies and special needs")


# Asked in the own form of a nominee; the others when they are needed.
NOMINEE_PURPOSES = (
    ConsentPurpose.DIRECTORY,
    ConsentPurpose.PHOTO,
    ConsentPurpose.PROCESSING,
    ConsentPurpose.IDENTITY,
)


class ContactKind(models.TextChoices):
    PHONE = "phone", _("mobile phone")
    EMAIL = "email", _("e-mail")


class ConsentChannel(models.TextChoices):
    """How a consent or a request reached the portal."""

    OWN_PAGE = "own_page", _("on the own page")
    OWN_FORM = "own_form", _("in the own form by private link")
    ROSTER = "roster", _("with the roster")
    STAFF = "staff", _("recorded by the organizers")


class RequestKind(models.TextChoices):
    """What people may ask about their own data (PIPL articles 45 to 47)."""

    COPY = "copy", _("copy of the data")
    CORRECTION = "correction", _("correction")
    DELETION = "deletion", _("deletion")


class RequestState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("request", "received")
    IN_WORK = "in_work", _("in work")
    HELD = "held", _("held until the cohort has ended")
    DONE = "done", pgettext_lazy("request", "done")
    REFUSED = "refused", pgettext_lazy("request", "refused")


R = RequestState
REQUEST_MOVES: dict[str, tuple[str, ...]] = {
    R.RECEIVED: (R.IN_WORK, R.HELD, R.DONE, R.REFUSED),
    R.IN_WORK: (R.HELD, R.DONE, R.REFUSED),
    R.HELD: (R.IN_WORK, R.DONE, R.REFUSED),
    R.DONE: (),
    R.REFUSED: (),
}
OPEN_REQUESTS = (R.RECEIVED, R.IN_WORK, R.HELD)


class FieldGroup(models.TextChoices):
    """Personal data that have a date on which they go; what each covers, `rules/retention.py`."""

    IDENTITY = "identity", _("identity papers, portraits, special wishes")
    LOGISTICS = "logistics", _("travel, lodging, diet, emergency contacts")
    PHONE = "phone", _("mobile phones")
    EMAIL = "email", _("e-mail addresses")
    NOMINATION = "nomination", _("nominations that were not admitted")
    UPLOAD = "upload", _("uploaded rosters")
    COPY = "copy", _("copies of own data")
    MERGE = "merge", _("what merges of persons and organizations have moved")


class CertificateState(models.TextChoices):
    ISSUED = "issued", _("issued")
    SUPERSEDED = "superseded", _("superseded")
    REVOKED = "revoked", _("revoked")


class RevokeKind(models.TextChoices):
    """Why a certificate was revoked, as far as strangers are told; the full reason stays inside."""

    ERROR = "error", _("issued in error")
    CONDITIONS = "conditions", _("conditions of completion not met")
    REQUEST = "request", _("at the request of its holder")
    OTHER = "other", _("other reason")


class RenderProblem(models.TextChoices):
    """What keeps a certificate from being rendered; the sweep tries again."""

    FONTS = "fonts", _("no font for Chinese documents")
    GLYPHS = "glyphs", _("characters that no font can print")


class ImportState(models.TextChoices):
    """Planning and applying are work of a worker for large files."""

    MAPPING = "mapping", _("columns to be named")
    PLANNING = "planning", _("being read")
    PREVIEWED = "previewed", _("previewed")
    APPLYING = "applying", _("being imported")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed")


# A worker has these in hand, or will.
WORKED_ON = (ImportState.PLANNING, ImportState.APPLYING)


class NominationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("handed in")
    RETURNED = "returned", _("sent back")
    CHECKED = "checked", _("checked by the city")
    ADMITTED = "admitted", _("admitted")
    WAITLISTED = "waitlisted", _("on the waiting list")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPLACED = "replaced", _("replaced")


N = NominationState
# What may follow on each state. A replacement goes the same way step by step, in one transaction.
NOMINATION_MOVES: dict[str, tuple[str, ...]] = {
    N.DRAFT: (N.SUBMITTED, N.WITHDRAWN),
    N.SUBMITTED: (N.CHECKED, N.RETURNED, N.DECLINED, N.WITHDRAWN),
    N.RETURNED: (N.SUBMITTED, N.WITHDRAWN),
    N.CHECKED: (N.ADMITTED, N.WAITLISTED, N.RETURNED, N.DECLINED, N.WITHDRAWN),
    N.WAITLISTED: (N.ADMITTED, N.DECLINED, N.WITHDRAWN),
    N.ADMITTED: (N.WITHDRAWN, N.REPLACED),
    N.DECLINED: (),
    N.WITHDRAWN: (),
    N.REPLACED: (),
}
# Handed in and not ended: the database holds one of these for a person and cohort.
ACTIVE_NOMINATIONS = (N.SUBMITTED, N.RETURNED, N.CHECKED, N.ADMITTED, N.WAITLISTED)
# The facts may still be written.
OPEN_NOMINATIONS = (N.DRAFT, N.RETURNED)
# On the way to the committee's decision.
UNDECIDED_NOMINATIONS = (N.SUBMITTED, N.RETURNED, N.CHECKED)
# Those who end or hold up somebody's way say why.
EXPLAINED_NOMINATIONS = (N.RETURNED, N.DECLINED, N.WITHDRAWN, N.REPLACED)


class NominationLevel(models.TextChoices):
    """How high somebody stands in the house, read from the post for the committee's balance."""

    HEAD = "head", _("chair or founder")
    MANAGER = "manager", _("general manager")
    EXECUTIVE = "executive", _("senior manager")
    EXPERT = "expert", _("technical head or scientist")
    INVESTOR = "investor", _("investment")
    OTHER = "other", _("other posts")


class LinkKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("an enterprise fills in its people")
    NOMINEE = "nominee", _("a nominee completes the own form")


# Reasons that the portal itself gives stand in the rows by these words, so that everybody reads
# them in the own language.
AUTOMATIC_REASONS = {
    "auto:quota_full": _("All seats of this city are taken."),
    "auto:cohort_full": _("All seats of the cohort are taken."),
    "auto:seat_freed": _("A seat of the own city has become free."),
    "auto:seat_passed_on": _("A seat that another city left unused has become free."),
    "auto:seats_given": _("The city has been given more seats."),
    "auto:substitute": _("Takes the place of somebody who cannot come."),
    "auto:enrollment_withdrawn": _("The enrollment was withdrawn."),
    "auto:merged": _("The same person holds another seat in this cohort."),
}


def told(reason: str) -> str:
    """A reason as people read it."""
    return str(AUTOMATIC_REASONS.get(reason, reason))


class TravelMode(models.TextChoices):
    TRAIN = "train", _("train")
    PLANE = "plane", _("plane")
    CAR = "car", _("own car")
    COACH = "coach", _("coach")
    OTHER = "other", pgettext_lazy("travel", "other")


class Diet(models.TextChoices):
    """What tells of religion or health, so asked with a consent of its own."""

    HALAL = "halal", _("halal")
    VEGETARIAN = "vegetarian", _("vegetarian")
    DIABETIC = "diabetic", _("diabetic")


class ShirtSize(models.TextChoices):
    S = "S", "S"
    M = "M", "M"
    L = "L", "L"
    XL = "XL", "XL"
    XL2 = "2XL", "2XL"
    XL3 = "3XL", "3XL"
    XL4 = "4XL", "4XL"


class RoomWish(models.TextChoices):
    SINGLE = "single", _("a room of one's own")
    TWIN = "twin", _("a shared room")


class RoomKind(models.TextChoices):
    SINGLE = "single", pgettext_lazy("room", "single")
    TWIN = "twin", pgettext_lazy("room", "twin")
    TRIPLE = "triple", pgettext_lazy("room", "triple")
    SUITE = "suite", pgettext_lazy("room", "suite")


# Places of a room of each kind, when nothing else is said.
USUAL_PLACES = {RoomKind.SINGLE: 1, RoomKind.TWIN: 2, RoomKind.TRIPLE: 3, RoomKind.SUITE: 2}


class PastKind(models.TextChoices):
    """Rows that the roster is made of, whose past is kept."""

    ENROLLMENT = "enrollment", _("enrollment")
    PERSON = "person", _("person")
    GROUP = "group", _("group")
    IDENTITY = "identity", _("identity paper")


class Change(models.TextChoices):
    """What became of somebody between two pictures of the roster."""

    CAME = "came", pgettext_lazy("roster", "came")
    LEFT = "left", pgettext_lazy("roster", "left")
    CHANGED = "changed", pgettext_lazy("roster", "changed")


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"


class ExportRhythm(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    ONCE = "once", _("once, before a day")


class ScheduleState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("schedule", "active")
    PAUSED = "paused", pgettext_lazy("schedule", "paused")
    STOPPED = "stopped", pgettext_lazy("schedule", "stopped")
    DONE = "done", pgettext_lazy("schedule", "done")


class StopReason(models.TextChoices):
    ROLE = "role", _("The role that allowed it is gone.")
    VIEW = "view", _("The view is not there any more, or not shared any more.")
    FILTER = "filter", _("The view asks for something that does not exist any more.")
    CLOSED = "closed", _("The cohort is closed.")


class ExportFileState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("file", "waiting")
    WORKING = "working", pgettext_lazy("file", "being made")
    DONE = "done", pgettext_lazy("file", "ready")
    FAILED = "failed", pgettext_lazy("file", "failed")


UNFINISHED_FILES = (ExportFileState.WAITING, ExportFileState.WORKING)
