"""One file per aggregate."""

from cohorts.models.city import City
from cohorts.models.cohort import Cohort, Leg, Quota, Theme
from cohorts.models.merges import NotSameOrganization, OrganizationMerge
from cohorts.models.organization import Organization
from cohorts.models.quota_move import QuotaMove
from cohorts.models.role import CohortRole

__all__ = [
    "City",
    "Cohort",
    "CohortRole",
    "Leg",
    "NotSameOrganization",
    "Organization",
    "OrganizationMerge",
    "Quota",
    "QuotaMove",
    "Theme",
]
