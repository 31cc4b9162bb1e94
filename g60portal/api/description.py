"""How operations describe themselves: by the docstring of their method, grouped by family."""

from drf_spectacular.openapi import AutoSchema

PREFIX = "/api/v1/"


class PortalSchema(AutoSchema):
    """A view's own docstring speaks to those who read its code, so it stays out."""

    def get_description(self) -> str:  # type: ignore[override]  # as the package has it
        method = getattr(self.view, self.method.lower(), None)
        return " ".join((getattr(method, "__doc__", None) or "").split())

    def get_tags(self) -> list[str]:
        return [family(self.path)]


def family(path: str) -> str:
    """The noun of a path: `/api/v1/cohorts/{code}/legs/{leg_id}/` belongs to `legs`."""
    words = [word for word in path.removeprefix(PREFIX).split("/") if word]
    named = [word for word in words if not word.startswith("{")]
    below_cohort = len(named) > 1 and named[0] == "cohorts"
    return named[1] if below_cohort else named[0]
