"""Private links to nominations: found by their token, alive or not at all."""

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from cohorts.models import Cohort
from cohorts.permissions import nomination_city_ids
from cohorts.queries.standing import Standing
from g60portal.common import clock
from g60portal.common.link_tokens import link_token, looks_like_token, token_hash
from participants.choices import LinkKind
from participants.models import NominationLink

_PAGES = {LinkKind.ENTERPRISE: "enterprise-form", LinkKind.NOMINEE: "nominee-form"}


def purpose_of(kind: str) -> str:
    """What a token is bound to: one of an enterprise never opens a nominee's form."""
    return f"nomination-{kind}"


def link_path(link: NominationLink) -> str:
    """The address without its host; made again from the row's nonce."""
    token = link_token(purpose_of(link.kind), link.nonce)
    return reverse(_PAGES[LinkKind(link.kind)], args=[token])


def living_link(token: str, kind: str) -> NominationLink | None:
    """None for a token that never was, has expired, or was closed: nobody learns which."""
    if not looks_like_token(token):
        return None
    return (
        NominationLink.objects.select_related("cohort", "city", "nomination")
        .filter(
            token_hash=token_hash(token),
            kind=kind,
            closed_at__isnull=True,
            expires_at__gt=clock.now(),
        )
        .first()
    )


def enterprise_links(cohort: Cohort, standing: Standing) -> QuerySet[NominationLink]:
    """Those of the cities seen, with how many people each has brought."""
    rows = (
        NominationLink.objects.filter(cohort=cohort, kind=LinkKind.ENTERPRISE)
        .select_related("city", "by")
        .annotate(people=Count("drafts", filter=~Q(drafts__state="withdrawn")))
        .order_by("-pk")
    )
    cities = nomination_city_ids(standing)
    return rows if cities is None else rows.filter(city_id__in=cities)
