"""Users and their roles."""

from typing import Any

import factory

from cohorts.choices import Role
from cohorts.models import CohortRole
from g60portal.accounts.models import User


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.org")
    name = factory.Sequence(lambda n: f"用户{n}")
    password = factory.django.Password("correct horse battery")


def user_with(role: Role | str, **scope: Any) -> User:
    """A user with one role; `administrator` makes a superuser, `nobody` has no role at all."""
    if role == "administrator":
        return UserFactory(is_superuser=True, is_staff=True)
    user = UserFactory()
    if role != "nobody":
        CohortRole.objects.create(user=user, role=role, **scope)
    return user
