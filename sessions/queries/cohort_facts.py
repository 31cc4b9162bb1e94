"""What the guards of the cohort's states look at, gathered over all three apps."""

from django.db.models import Exists, OuterRef, Sum

from cohorts.models import Cohort, Leg, Quota
from cohorts.rules.states import CohortFacts
from participants.models import Certificate, Enrollment
from sessions.models import CompletionRun, Release, Verdict
from sessions.queries.completion import sessions_to_come


def cohort_facts(cohort: Cohort) -> CohortFacts:
    """A constant number of queries. Call it under the cohort's lock before a move is written."""
    run = CompletionRun.objects.filter(cohort=cohort).order_by("-pk").first()
    people = Enrollment.objects.active().filter(cohort=cohort)
    return CohortFacts(
        seats=cohort.seats,
        leg_count=Leg.objects.filter(cohort=cohort).count(),
        quota_seats=Quota.objects.filter(cohort=cohort).aggregate(all=Sum("seats"))["all"] or 0,
        has_english_title=bool(cohort.title_en.strip()),
        people=people.count(),
        release_count=Release.objects.filter(cohort=cohort).count(),
        sessions_to_come=sessions_to_come(cohort),
        has_completion_run=run is not None,
        unjudged=_unjudged(cohort, run),
        undecided=_undecided(run),
    )


def _unjudged(cohort: Cohort, run: CompletionRun | None) -> int:
    """People with a seat and without a verdict in the newest run."""
    verdict = Verdict.objects.filter(run=run, enrollment=OuterRef("pk"))
    return Enrollment.objects.active().filter(cohort=cohort).exclude(Exists(verdict)).count()


def _undecided(run: CompletionRun | None) -> int:
    """Passed in the newest run, without any certificate; a revoked one is a decision too."""
    certificate = Certificate.objects.filter(enrollment=OuterRef("enrollment"))
    return Verdict.objects.filter(run=run, passed=True).exclude(Exists(certificate)).count()
