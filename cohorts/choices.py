"""Words with a fixed list in cohorts, and the allowed moves between the states of a cohort."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CohortState(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    ANNOUNCED = "announced", _("announced")
    NOMINATING = "nominating", _("nominating")
    CONFIRMED = "confirmed", _("roster confirmed")
    RUNNING = "running", _("running")
    FINISHING = "finishing", _("finishing")
    COMPLETED = "completed", _("completed")
    ARCHIVED = "archived", _("archived")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")


S = CohortState
COHORT_MOVES: dict[str, tuple[str, ...]] = {
    S.DRAFT: (S.APPROVED, S.CANCELLED),
    S.APPROVED: (S.ANNOUNCED, S.DRAFT, S.POSTPONED, S.CANCELLED),
    S.ANNOUNCED: (S.NOMINATING, S.POSTPONED, S.CANCELLED),
    S.NOMINATING: (S.CONFIRMED, S.POSTPONED, S.CANCELLED),
    S.CONFIRMED: (S.RUNNING, S.NOMINATING, S.POSTPONED, S.CANCELLED),
    S.RUNNING: (S.FINISHING,),
    S.FINISHING: (S.COMPLETED, S.RUNNING),
    S.COMPLETED: (S.ARCHIVED, S.FINISHING),
    S.ARCHIVED: (),
    S.POSTPONED: (S.APPROVED, S.CANCELLED),
    S.CANCELLED: (),
}


class Role(models.TextChoices):
    """Roles as rows; administrators have `is_superuser`, participants have enrollments."""

    LEAD = "lead", _("lead organizer")
    LEG = "leg", _("leg organizer")
    DESK = "desk", _("check-in desk")
    READER = "reader", _("read-only")
    COORDINATOR = "coordinator", _("city coordinator")


class OrganizationKind(models.TextChoices):
    HOST = "host", _("host department")
    ENTERPRISE = "enterprise", _("enterprise")
    INSTITUTE = "institute", _("research institute")
    UNIVERSITY = "university", _("university")
    AGENCY = "agency", _("agency")
    SITE = "site", _("visited site")


class ChainSegment(models.TextChoices):
    UPSTREAM = "upstream", _("upstream")
    MIDSTREAM = "midstream", _("midstream")
    DOWNSTREAM = "downstream", _("downstream")
    CAPITAL = "capital", _("capital")
    SERVICE = "service", _("service")
