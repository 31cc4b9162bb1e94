"""The way into every API route below `cohorts/{code}/`, as `cohorts.views.rooms` for pages."""

from typing import Any, ClassVar

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from cohorts.models import Cohort
from cohorts.permissions import may_see_cohort
from cohorts.queries.standing import Standing, standing_in
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import NotAllowed


class CohortView(APIView):
    """Loads `self.cohort` and `self.standing`; 404 for cohorts the user may not know of, 403 where
    its role does not reach. Set `may_read` and `may_write` (plain functions, in `staticmethod`)."""

    may_read: ClassVar["staticmethod[[Standing], bool]"]
    may_write: ClassVar["staticmethod[[Standing], bool]"]
    cohort: Cohort
    standing: Standing

    @property
    def by(self) -> User:
        """Who acts: the user as actions take it."""
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            self.cohort = Cohort.objects.get(code=kwargs["code"])
        except Cohort.DoesNotExist:
            raise Http404 from None
        self.standing = standing_in(request.user, self.cohort)
        if not may_see_cohort(self.standing):
            raise Http404
        permission = self.may_read if request.method in SAFE_METHODS else self.may_write
        if not permission(self.standing):
            raise NotAllowed
