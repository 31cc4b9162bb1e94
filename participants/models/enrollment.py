"""The enrollment (a person's seat in a cohort) and the groups of a cohort.

What the roster is ordered by stands on the enrollment itself, so that one index serves each order
(docs/decisions/0012-roster-orders.md). Triggers copy it there; nothing else writes it.
"""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import City, Cohort
from g60portal.common import clock
from participants.choices import ACTIVE_STATES, EnrollmentState, PastKind, Post
from participants.models.person import Person, not_merged
from participants.models.roster_history import past_triggers

# Behind all groups; the trigger below writes it as well.
NO_GROUP_POSITION = 32767

# Locks the person only when its keys are read, so that moving people between groups cannot wait in
# a circle with a change of a person. Without the blank behind the surname the key by strokes is
# that of the full-name way.
_COPY_ORDER = """
    IF TG_OP = 'INSERT'
       OR (NEW.person_id, NEW.stroke_key, NEW.stroke_full_key, NEW.pinyin_key) IS DISTINCT FROM
          (OLD.person_id, OLD.stroke_key, OLD.stroke_full_key, OLD.pinyin_key) THEN
        SELECT p.stroke_key, p.pinyin_key,
               regexp_replace(p.stroke_key, '^([13][0-9]+[^0-9])00', '\\1')
          INTO NEW.stroke_key, NEW.pinyin_key, NEW.stroke_full_key
          FROM participants_person p WHERE p.id = NEW.person_id FOR SHARE;
    END IF;
    SELECT c.position INTO NEW.city_position FROM cohorts_city c WHERE c.id = NEW.city_id;
    NEW.group_position := 32767;
    IF NEW.group_id IS NOT NULL THEN
        SELECT g.position INTO NEW.group_position
          FROM participants_group g WHERE g.id = NEW.group_id FOR SHARE;
    END IF;
    RETURN NEW;
"""
_WRITE_WORDS = """
    INSERT INTO participants_rosterwords (enrollment_id, words)
    SELECT NEW.id, participants_roster_words(
               p.name, p.latin_name, p.initials, p.phone, NEW.organization_name)
      FROM participants_person p WHERE p.id = NEW.person_id
        ON CONFLICT (enrollment_id) DO UPDATE SET words = EXCLUDED.words;
    RETURN NULL;
"""
_PLACE_OF_GROUP = """
    UPDATE participants_enrollment SET group_position = NEW.position WHERE group_id = NEW.id;
    RETURN NULL;
"""
_PAST_COLUMNS = (
    "person_id", "seat", "city_id", "organization_name", "title", "group_id", "state",
)  # fmt: skip
# pgtrigger has no types here.
_ON_ORDER = pgtrigger.Insert | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
    "person_id", "city_id", "group_id", "stroke_key", "stroke_full_key", "pinyin_key",
    "city_position", "group_position",
)  # fmt: skip
_ON_WORDS = pgtrigger.Insert | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
    "person_id", "organization_name"
)


class Group(models.Model):
    """A discussion and travel group of a cohort; an enrollment is in one group or none."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="groups", verbose_name=_("cohort")
    )
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["cohort", "position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="group_name_unique"),
            models.UniqueConstraint(
                fields=["cohort", "position"],
                name="group_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="group_position_to_enrollments",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("position"),  # type: ignore[no-untyped-call]
                func=_PLACE_OF_GROUP,
            ),
            *past_triggers(PastKind.GROUP, ("name",), cohort="f.cohort_id"),
        ]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def active(self) -> "EnrollmentQuerySet":
        """Those who hold a seat."""
        return self.filter(state__in=ACTIVE_STATES)


class Enrollment(models.Model):
    """Employer and title are copied: the roster shows what was true then.

    `seat` is the student number within the cohort, never reused. `feed_generation` counts up to
    revoke the calendar address, which is derived from it and not stored.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="enrollments", verbose_name=_("cohort")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="enrollments", verbose_name=_("person")
    )
    seat = models.PositiveIntegerField(_("seat number"))
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="enrollments", verbose_name=_("city")
    )
    organization_name = models.CharField(_("organization"), max_length=200)
    title = models.CharField(_("post and title"), max_length=120, blank=True)
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="enrollments",
        verbose_name=_("group"),
    )
    post = models.CharField(
        _("post in the class"), max_length=20, choices=Post.choices, blank=True, db_default=""
    )
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=EnrollmentState.choices,
        default=EnrollmentState.CONFIRMED,
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    feed_generation = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("enrolled"), default=clock.now)
    stroke_key = models.CharField(max_length=800, blank=True, db_collation="C", editable=False)
    stroke_full_key = models.CharField(max_length=800, blank=True, db_collation="C", editable=False)
    pinyin_key = models.CharField(max_length=400, blank=True, db_collation="C", editable=False)
    city_position = models.PositiveSmallIntegerField(default=0, editable=False)
    group_position = models.PositiveSmallIntegerField(default=NO_GROUP_POSITION, editable=False)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ["cohort", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person"], name="enrollment_person_unique"),
            models.UniqueConstraint(fields=["cohort", "seat"], name="enrollment_seat_unique"),
            models.CheckConstraint(condition=Q(seat__gt=0), name="enrollment_seat_positive"),
            models.CheckConstraint(
                condition=Q(state__in=EnrollmentState.values), name="enrollment_state_known"
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(post=Post.LEADER), name="group_one_leader"
            ),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(post=Post.MONITOR), name="cohort_one_monitor"
            ),
            models.CheckConstraint(
                condition=~Q(post=Post.LEADER) | Q(group__isnull=False),
                name="leader_has_group",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "state", "seat"], name="enrollment_by_state"),
            models.Index(fields=["cohort", "stroke_key", "seat"], name="enrollment_by_stroke"),
            models.Index(fields=["cohort", "stroke_full_key", "seat"], name="enrollment_by_full"),
            models.Index(fields=["cohort", "pinyin_key", "seat"], name="enrollment_by_pinyin"),
            models.Index(
                fields=["cohort", "city_position", "stroke_key", "seat"], name="enrollment_by_city"
            ),
            models.Index(
                fields=["cohort", "group_position", "stroke_key", "seat"],
                name="enrollment_by_group",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="enrollment_order",
                when=pgtrigger.Before,
                operation=_ON_ORDER,
                func=_COPY_ORDER,
            ),
            pgtrigger.Trigger(
                name="enrollment_words",
                when=pgtrigger.After,
                operation=_ON_WORDS,
                func=_WRITE_WORDS,
            ),
            not_merged(),
            *past_triggers(PastKind.ENROLLMENT, _PAST_COLUMNS, cohort="f.cohort_id"),
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.person}"


class RosterWords(models.Model):
    """What an enrollment is found by: pieces of names, spellings, initials, the phone from its end.

    Written by triggers alone, read by the search of the roster; apart from the enrollment, so that
    nobody else reads it along.
    """

    enrollment = models.OneToOneField(
        Enrollment, primary_key=True, on_delete=models.CASCADE, related_name="roster_words"
    )
    words = SearchVectorField()

    class Meta:
        verbose_name = _("words of the roster")
        verbose_name_plural = _("words of the roster")
        indexes = [GinIndex(fields=["words"], name="roster_words")]

    def __str__(self) -> str:
        return str(self.enrollment_id)
