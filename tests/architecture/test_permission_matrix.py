"""Who may call what: every route with every method, asked by every role.

Each row of `MATRIX` names a route, a method and the roles that pass. The others are refused in one
way only: anonymous is sent to the sign-in (pages) or answered 401 (API); a cohort that a role may
not know of is 404; everything else is 403. A route without a row fails, and so does a row without
a route.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.architecture.routes import all_routes, parameters_of
from tests.architecture.world import ROLES, World

pytestmark = pytest.mark.django_db

EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"anonymous"}
ADMINISTRATOR = frozenset({"administrator"})
LEADS = ADMINISTRATOR | {"lead"}
ORGANIZERS = LEADS | {"leg"}
DOOR = ORGANIZERS | {"desk"}
OVERSEERS = DOOR | {"reader"}
STAFF = OVERSEERS | {"coordinator"}
# Whoever has a role in any cohort; the organizers of any cohort; the leads of any cohort.
ANY_STAFF = STAFF | {"elsewhere"}
ANY_ORGANIZERS = ORGANIZERS | {"elsewhere"}
ANY_LEADS = LEADS | {"elsewhere"}
# These have no standing in the cohort, so it does not exist for them.
OUTSIDERS = frozenset({"nobody", "participant", "elsewhere"})

SIGN_IN, HIDDEN, REFUSED, PASSED = "sign-in", "404", "403", "passed"


@dataclass(frozen=True)
class Row:
    """`hidden_from` is answered 404; `args` replaces ids of the world in the address; `data` are
    the fields of a form that a view needs to know what it is about, filled from the world; `body`
    is the JSON of an API call that is read before the thing is looked up."""

    route: str
    method: str
    passing: frozenset[str]
    hidden_from: frozenset[str] = frozenset()
    args: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    body: str = "{}"

    def __str__(self) -> str:
        return f"{self.method} {self.route} {dict(self.args) or ''}".strip()

    def expected(self, role: str) -> str:
        if role in self.passing:
            return PASSED
        if role == "anonymous":
            return SIGN_IN
        return HIDDEN if role in self.hidden_from else REFUSED


def public(route: str, *methods: str) -> list[Row]:
    return [Row(route, method, EVERYBODY) for method in methods]


def shared(route: str, method: str, passing: frozenset[str], **more: Any) -> Row:
    """What belongs to no single cohort: known to be there, so always refused with 403."""
    return Row(route, method, passing, **more)


def inside(route: str, method: str, passing: frozenset[str], **more: Any) -> Row:
    """Inside of a cohort, which does not exist for those without a standing in it."""
    return Row(route, method, passing, hidden_from=OUTSIDERS, **more)


OTHER_LEG = (("session_id", "session_of_other_leg"),)
OTHER_TRANSFER = (("session_id", "transfer_of_other_leg"),)
OTHER_PROPOSAL = (("proposal_id", "proposal_to_other_leg"),)
# Only who made a proposal withdraws it.
PROPOSER = frozenset({"leg"})
# Ids whose parameter is called alike on routes of different things.
PARAMETERS = {
    "attendance-roll": {"pk": "session_id"},
    "attendance-code": {"pk": "session_id"},
    "notice-retry": {"pk": "notice"},
    "notice-cancel": {"pk": "notice"},
    "confirm-page": {"token": "confirm_token"},
    "confirmation-list": {"what": "told_kind", "key": "number"},
    "confirmation-remind": {"what": "told_kind", "key": "number"},
    **{
        f"announcement-{page}": {"pk": "announcement_id"}
        for page in (
            "detail",
            "edit",
            "mail",
            "send",
            "stop",
            "remove",
            "approve",
            "return",
            "test",
        )
    },
    "api-notice-retry": {"pk": "notice"},
    "message-detail": {"uid": "message_uid"},
    "transfer-detail": {"session_id": "transfer_id"},
    "transfer-manifests": {"session_id": "transfer_id"},
    "transfer-fill": {"session_id": "transfer_id"},
    "transfer-seat": {"session_id": "transfer_id"},
    "transfer-take-over": {"session_id": "transfer_id"},
    "vehicle-new": {"session_id": "transfer_id"},
    "vehicle-edit": {"session_id": "transfer_id"},
    "vehicle-remove": {"session_id": "transfer_id"},
    "vehicle-count": {"session_id": "transfer_id"},
    "api-vehicle-plan": {"session_id": "transfer_id"},
    "api-boarding": {"session_id": "transfer_id"},
    "organization-compare": {"one": "organization_one", "other": "organization_other"},
    "organization-dismiss": {"one": "organization_one", "other": "organization_other"},
    "organization-merge": {"merge_id": "organization_merge"},
    "organization-merge-undo": {"merge_id": "organization_merge"},
    "api-organization-merge": {"merge_id": "organization_merge"},
    "api-organization-merge-undo": {"merge_id": "organization_merge"},
    "slot-page": {"token": "slot_token"},
    "slot-open": {"token": "slot_token"},
    "slot-answer": {"token": "slot_token"},
    "slot-calendar": {"token": "slot_token"},
    "enterprise-form": {"token": "enterprise_token"},
    "enterprise-take-back": {"token": "enterprise_token", "nomination_id": "link_draft"},
    "nominee-form": {"token": "nominee_token"},
    "nomination-link-close": {"link_id": "nomination_link"},
    "privacy-request": {"request_id": "privacy_request"},
    "privacy-hold": {"request_id": "privacy_request"},
    "certificate-verify": {"code": "verify_code"},
    "document-file": {"name": "document"},
    "api-document-file": {"name": "document"},
    "api-certificate-revoke": {"number": "certificate_number"},
    "api-certificate-file": {"number": "certificate_number"},
}

PUBLIC = [
    *public("home", "GET"),
    *public("health-alive", "GET"),
    *public("health-ready", "GET"),
    *public("install-worker", "GET"),
    *public("install-manifest", "GET"),
    *public("install-offline", "GET"),
    *public("set_language", "POST"),
    *public("certificate-verify-form", "GET"),
    *public("certificate-verify", "GET"),
    *public("calendar-feed", "GET"),
    *public("enterprise-form", "GET", "POST"),
    *public("enterprise-take-back", "POST"),
    *public("nominee-form", "GET", "POST"),
    *public("confirm-page", "GET", "POST"),
    *public("slot-page", "GET"),
    *public("slot-open", "POST"),
    *public("slot-answer", "POST"),
    *public("slot-calendar", "GET"),
    *public("api-schema", "GET"),
    *public("api-docs", "GET"),
]
OWN = [
    Row("own-place", "GET", SIGNED_IN),
    Row("account-own", "GET", SIGNED_IN),
    Row("message-list", "GET", SIGNED_IN),
    Row("message-detail", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("messages-read", "POST", SIGNED_IN),
    Row("messages-unread", "GET", SIGNED_IN),
    Row("own-channels", "GET", SIGNED_IN),
    Row("own-channel-add", "POST", SIGNED_IN),
    Row("own-channel-confirm", "POST", SIGNED_IN),
    Row("own-channel-change", "POST", SIGNED_IN),
    Row("own-channel-remove", "POST", SIGNED_IN),
    Row("my-home", "GET", SIGNED_IN),
    Row("my-itinerary", "GET", SIGNED_IN),
    Row("my-changes", "GET", SIGNED_IN),
    Row("my-changes-confirm", "POST", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row(
        "my-changes-aside",
        "POST",
        frozenset({"participant"}),
        hidden_from=SIGNED_IN,
        data=(("release", "number"),),
    ),
    Row("my-code", "GET", SIGNED_IN),
    Row("my-code-renew", "POST", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-people", "GET", SIGNED_IN),
    Row("my-people-listing", "POST", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-privacy", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row(
        "my-privacy-consent",
        "POST",
        frozenset({"participant"}),
        hidden_from=SIGNED_IN,
        data=(("purpose", "consent_purpose"), ("given", "consent_given")),
    ),
    Row("my-privacy-request", "POST", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-privacy-copy", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-logistics", "GET", SIGNED_IN),
    Row("my-logistics-leg", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-logistics-leg", "POST", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("api-me-logistics", "GET", SIGNED_IN),
    Row("api-me-logistics-detail", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("api-me-logistics-detail", "PUT", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("my-certificate", "GET", SIGNED_IN),
    Row("my-certificate-document", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("api-me", "GET", SIGNED_IN),
    Row("api-me-itinerary", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("api-me-changes", "GET", frozenset({"participant"}), hidden_from=SIGNED_IN),
    Row("api-token-list", "GET", SIGNED_IN),
    Row("api-token-list", "POST", SIGNED_IN),
    # The token of the lead: somebody else's does not exist, not even for the administrator.
    Row("api-token-detail", "DELETE", frozenset({"lead"}), hidden_from=SIGNED_IN),
]
SHARED = [
    shared("channel-account-list", "GET", ADMINISTRATOR),
    shared("channel-account", "GET", ADMINISTRATOR),
    shared("channel-account", "POST", ADMINISTRATOR),
    shared("channel-account-test", "POST", ADMINISTRATOR),
    shared("cohort-list", "GET", ANY_STAFF),
    shared("cohort-new", "GET", ANY_LEADS),
    shared("cohort-new", "POST", ANY_LEADS),
    shared("organization-list", "GET", ANY_STAFF),
    shared("organization-new", "GET", ANY_ORGANIZERS),
    shared("organization-new", "POST", ANY_ORGANIZERS),
    shared("organization-edit", "GET", ANY_ORGANIZERS),
    shared("organization-edit", "POST", ANY_ORGANIZERS),
    shared("organization-duplicate-list", "GET", ANY_LEADS),
    shared("organization-compare", "GET", ANY_LEADS),
    shared("organization-compare", "POST", ANY_LEADS),
    shared("organization-dismiss", "POST", ANY_LEADS),
    shared("organization-merge", "GET", ANY_LEADS),
    shared("organization-merge-undo", "POST", ANY_LEADS),
    # Of people in no cohort: a lead merges those of the own cohorts.
    shared("duplicate-list", "GET", ANY_LEADS),
    shared("duplicate-compare", "GET", ADMINISTRATOR),
    shared("duplicate-compare", "POST", ADMINISTRATOR),
    shared("duplicate-dismiss", "POST", ADMINISTRATOR),
    shared("person-merge", "GET", ADMINISTRATOR),
    shared("person-merge-undo", "POST", ADMINISTRATOR),
    shared("venue-list", "GET", ANY_STAFF),
    shared("venue-new", "GET", ANY_ORGANIZERS),
    shared("venue-new", "POST", ANY_ORGANIZERS),
    shared("venue-edit", "GET", ANY_ORGANIZERS),
    shared("venue-edit", "POST", ANY_ORGANIZERS),
    shared("venue-remove", "POST", ANY_ORGANIZERS),
    shared("speaker-list", "GET", ANY_STAFF),
    shared("speaker-new", "GET", ANY_ORGANIZERS),
    shared("speaker-new", "POST", ANY_ORGANIZERS),
    shared("speaker-edit", "GET", ANY_ORGANIZERS),
    shared("speaker-edit", "POST", ANY_ORGANIZERS),
    shared("speaker-remove", "POST", ANY_ORGANIZERS),
    shared("travel-matrix", "GET", ANY_STAFF),
    shared("travel-matrix", "POST", ANY_ORGANIZERS),
    shared("travel-fill", "POST", ANY_ORGANIZERS),
    shared("api-city-list", "GET", ANY_STAFF),
    shared("api-city-list", "POST", ANY_ORGANIZERS),
    shared("api-city-detail", "GET", ANY_STAFF),
    shared("api-city-detail", "PATCH", ANY_ORGANIZERS),
    shared("api-organization-list", "GET", ANY_STAFF),
    shared("api-organization-list", "POST", ANY_ORGANIZERS),
    shared("api-organization-detail", "GET", ANY_STAFF),
    shared("api-organization-detail", "PATCH", ANY_ORGANIZERS),
    shared("api-organization-duplicate-list", "GET", ANY_LEADS),
    shared("api-organization-duplicate-apart", "POST", ANY_LEADS),
    shared("api-organization-merges", "POST", ANY_LEADS),
    shared("api-organization-merge", "GET", ANY_LEADS),
    shared("api-organization-merge-undo", "POST", ANY_LEADS),
    shared("api-duplicate-list", "GET", ANY_LEADS),
    # An empty body passes and is then found to name nobody.
    shared("api-duplicate-apart", "POST", ANY_LEADS),
    shared("api-merges", "POST", ANY_LEADS),
    shared("api-merge", "GET", ADMINISTRATOR),
    shared("api-merge-undo", "POST", ADMINISTRATOR),
    shared("api-venue-list", "GET", ANY_STAFF),
    shared("api-venue-list", "POST", ANY_ORGANIZERS),
    shared("api-venue-detail", "GET", ANY_STAFF),
    shared("api-venue-detail", "PATCH", ANY_ORGANIZERS),
    shared("api-speaker-list", "GET", ANY_STAFF),
    shared("api-speaker-list", "POST", ANY_ORGANIZERS),
    shared("api-speaker-detail", "GET", ANY_STAFF),
    shared("api-speaker-detail", "PATCH", ANY_ORGANIZERS),
    shared("api-travel-venues", "GET", ANY_STAFF),
    shared("api-travel-venues", "POST", ANY_ORGANIZERS),
    shared("api-travel-cities", "GET", ANY_STAFF),
    shared("api-travel-cities", "POST", ANY_ORGANIZERS),
    shared("api-travel-venues-fill", "POST", ANY_ORGANIZERS),
    shared("api-travel-cities-fill", "POST", ANY_ORGANIZERS),
    shared("api-cohort-list", "GET", SIGNED_IN),
    shared("api-cohort-list", "POST", ANY_LEADS),
]
SETTINGS = [
    inside("cohort-overview", "GET", STAFF),
    inside("cohort-move", "POST", LEADS),
    inside("cohort-settings", "GET", LEADS),
    inside("cohort-settings", "POST", LEADS),
    inside("cohort-legs", "GET", LEADS),
    inside("cohort-legs", "POST", LEADS),
    inside("leg-edit", "GET", LEADS),
    inside("leg-edit", "POST", LEADS),
    inside("leg-remove", "POST", LEADS),
    inside("cohort-quotas", "GET", LEADS),
    inside("cohort-quotas", "POST", LEADS),
    inside("cohort-rules", "GET", LEADS),
    inside("cohort-rules", "POST", LEADS),
    inside("cohort-roles", "GET", LEADS),
    inside("cohort-roles", "POST", LEADS),
    inside("role-revoke", "POST", LEADS),
    inside("api-cohort-detail", "GET", STAFF),
    inside("api-cohort-detail", "PATCH", LEADS),
    inside("api-leg-list", "GET", STAFF),
    inside("api-leg-list", "POST", LEADS),
    inside("api-leg-detail", "GET", STAFF),
    inside("api-leg-detail", "PATCH", LEADS),
    inside("api-leg-detail", "DELETE", LEADS),
    inside("api-quota-list", "GET", STAFF),
    inside("api-quota-list", "POST", LEADS),
    inside("api-quota-list", "PUT", LEADS),
    inside("api-rules", "GET", STAFF),
    inside("api-rules", "PATCH", LEADS),
]
# Seat 1 comes from Songjiang: for the coordinator of Jiaxing the person does not exist.
NOT_OF_CITY = OUTSIDERS | {"coordinator"}
PEOPLE = [
    inside("people-list", "GET", STAFF),
    inside("people-export", "GET", STAFF),
    Row("person-detail", "GET", OVERSEERS, hidden_from=NOT_OF_CITY),
    inside("person-add", "GET", LEADS),
    inside("person-add", "POST", LEADS),
    inside("person-edit", "GET", LEADS),
    inside("person-edit", "POST", LEADS),
    inside("person-reveal", "POST", LEADS),
    inside("privacy-requests", "GET", LEADS),
    inside("privacy-requests", "POST", LEADS),
    inside("privacy-request", "GET", LEADS),
    inside("privacy-request", "POST", LEADS),
    inside("privacy-hold", "POST", LEADS),
    inside("privacy-consents", "GET", LEADS),
    inside("privacy-retention", "GET", LEADS),
    inside("privacy-retention", "POST", LEADS),
    inside("person-withdraw", "POST", LEADS),
    inside("roster-difference", "GET", STAFF),
    inside("api-roster-difference", "GET", STAFF),
    *(
        inside(f"{prefix}{thing}-list", method, ORGANIZERS)
        for prefix in ("", "api-")
        for thing in ("saved-view", "scheduled-export")
        for method in ("GET", "POST")
    ),
    inside("saved-view-default", "POST", ORGANIZERS),
    inside("api-saved-view-detail", "PATCH", ORGANIZERS),
    # Views and regular files are of the lead; nobody else changes them.
    *(
        Row(route, method, frozenset({"lead"}), hidden_from=OUTSIDERS | ORGANIZERS)
        for route, method in (
            ("saved-view-edit", "GET"),
            ("saved-view-edit", "POST"),
            ("saved-view-remove", "POST"),
            ("api-saved-view-detail", "DELETE"),
            ("scheduled-export-pause", "POST"),
            ("scheduled-export-resume", "POST"),
            ("scheduled-export-remove", "POST"),
            ("scheduled-export-send", "POST"),
            ("scheduled-export-file", "GET"),
            ("api-scheduled-export-detail", "PATCH"),
            ("api-scheduled-export-detail", "DELETE"),
            ("api-scheduled-export-send", "POST"),
        )
    ),
    inside("roster-import", "GET", LEADS),
    inside("roster-import", "POST", LEADS),
    inside("roster-template", "GET", LEADS),
    inside("roster-preview", "GET", LEADS),
    inside("roster-preview", "POST", LEADS),
    inside("roster-columns", "GET", LEADS),
    inside("roster-columns", "POST", LEADS),
    inside("roster-progress", "GET", LEADS),
    inside("roster-renew", "POST", LEADS),
    inside("roster-marks", "GET", LEADS),
    inside("roster-result", "GET", LEADS),
    inside("roster-undo", "POST", LEADS),
    inside("group-list", "GET", STAFF),
    inside("group-list", "POST", LEADS),
    inside("group-edit", "GET", LEADS),
    inside("group-edit", "POST", LEADS),
    inside("group-place", "POST", LEADS),
    inside("group-remove", "POST", LEADS),
    inside("group-spread", "POST", LEADS),
    inside("group-move", "POST", LEADS, data=(("target", "group_id"),)),
    inside("group-post", "POST", LEADS),
    inside("api-roster", "GET", STAFF),
    inside("api-roster-import", "POST", LEADS),
    inside("api-roster-import-state", "GET", LEADS),
    inside("api-roster-import-apply", "POST", LEADS),
    inside("api-roster-import-undo", "POST", LEADS),
    inside("api-group-list", "GET", STAFF),
    inside("api-group-list", "POST", LEADS),
    inside("api-group-detail", "GET", STAFF),
    inside("api-group-detail", "PATCH", LEADS),
    inside("api-group-detail", "DELETE", LEADS),
    inside("api-group-members", "GET", STAFF),
    inside("api-group-members", "PUT", LEADS, body='{"members": []}'),
    inside("api-group", "GET", STAFF),
    inside("api-group", "PATCH", LEADS),
    inside("api-group", "DELETE", LEADS),
    inside("api-members", "GET", STAFF),
    inside("api-members", "PUT", LEADS, body='{"members": []}'),
]
# The legs are long past: their host's window is closed, so that only the lead runs them. What is
# open inside of it: tests/participants/views/test_logistics_pages.py.
HAS_KEYS = LEADS | {"desk"}
ROOM = (("target", "room_id"),)
LOGISTICS = [
    inside("logistics", "GET", STAFF),
    inside("logistics-leg", "GET", STAFF),
    inside("logistics-deadline", "POST", LEADS),
    inside("logistics-remind", "POST", LEADS),
    inside("logistics-person", "GET", LEADS),
    inside("logistics-note", "POST", LEADS),
    inside("logistics-list", "GET", HAS_KEYS, args=(("name", "room_list"),)),
    inside("logistics-list", "GET", LEADS, args=(("name", "hotel_list"),)),
    inside("logistics-list", "GET", LEADS, args=(("name", "meal_list"),)),
    inside("room-list", "GET", HAS_KEYS),
    inside("hotel-new", "POST", LEADS),
    inside("hotel-remove", "POST", LEADS),
    inside("room-new", "POST", LEADS),
    inside("room-remove", "POST", LEADS),
    inside("room-accept", "POST", LEADS),
    inside("room-assign", "POST", LEADS, data=ROOM),
    inside("room-fill", "POST", LEADS),
    inside("room-undo", "POST", LEADS),
    inside("api-logistics", "GET", LEADS),
    inside("api-room-list", "GET", HAS_KEYS),
    inside("api-room-people", "POST", LEADS),
]
# The door needs no nominations; drafts and decisions of Songjiang do not exist for Jiaxing.
SEES_NOMINATIONS = ORGANIZERS | {"reader", "coordinator"}
NOMINATES = LEADS | {"coordinator"}
NOMINATIONS = [
    *(
        inside(route, "GET", SEES_NOMINATIONS)
        for route in ("nomination-list", "nomination-waitlist", "api-nomination-list")
    ),
    *(
        Row(route, "GET", ORGANIZERS | {"reader"}, hidden_from=NOT_OF_CITY)
        for route in ("nomination-detail", "api-nomination-detail")
    ),
    *(
        inside(f"nomination-{page}", method, NOMINATES)
        for page in ("add", "add-many", "seats", "links")
        for method in ("GET", "POST")
    ),
    inside("nomination-compare", "GET", NOMINATES),
    inside("nomination-decide", "POST", NOMINATES),
    inside("nomination-rank", "POST", NOMINATES),
    *(
        Row(f"nomination-{page}", method, LEADS, hidden_from=NOT_OF_CITY)
        for page in ("edit", "replace")
        for method in ("GET", "POST")
    ),
    Row("nomination-photo", "GET", LEADS, hidden_from=NOT_OF_CITY),
    *(
        Row(f"nomination-{step}", "POST", LEADS, hidden_from=NOT_OF_CITY)
        for step in (
            "submit", "check", "return", "admit", "put-waiting", "decline", "withdraw", "invite",
            "link-close",
        )
    ),
    inside("nomination-priority", "POST", LEADS),
    inside("nomination-note", "POST", LEADS),
    inside("nomination-reveal", "POST", LEADS),
    inside("api-nomination-list", "POST", NOMINATES),
    Row("api-nomination-detail", "PATCH", LEADS, hidden_from=NOT_OF_CITY),
    *(
        Row(f"api-nomination-{step}", "POST", LEADS, hidden_from=NOT_OF_CITY)
        for step in ("submit", "check", "return", "withdraw", "replace")
    ),
    *(
        inside(f"api-nomination-{step}", "POST", LEADS)
        for step in ("admit", "waitlist", "decline")
    ),
]  # fmt: skip
TIMETABLE = [
    inside("timetable-board", "GET", STAFF),
    inside("timetable-standing", "GET", STAFF),
    inside("session-new", "GET", ORGANIZERS),
    inside("session-new", "POST", ORGANIZERS),
    inside("session-edit", "GET", STAFF),
    inside("session-edit", "POST", ORGANIZERS),
    inside("session-edit", "POST", LEADS, args=OTHER_LEG),
    inside("session-cancel", "POST", ORGANIZERS),
    inside("session-cancel", "POST", LEADS, args=OTHER_LEG),
    inside("session-restore", "POST", ORGANIZERS),
    inside("session-restore", "POST", LEADS, args=OTHER_LEG),
    inside("session-delete", "POST", ORGANIZERS),
    inside("session-delete", "POST", LEADS, args=OTHER_LEG),
    inside("api-session-list", "GET", STAFF),
    inside("api-session-list", "POST", ORGANIZERS),
    inside("api-session-detail", "GET", STAFF),
    inside("api-session-detail", "PATCH", ORGANIZERS),
    inside("api-session-detail", "PATCH", LEADS, args=OTHER_LEG),
    inside("api-session-detail", "DELETE", ORGANIZERS),
    inside("api-session-detail", "DELETE", LEADS, args=OTHER_LEG),
    inside("api-session-changes", "GET", STAFF),
    inside("api-session-presence", "POST", STAFF),
    inside("api-session-undo", "POST", ORGANIZERS),
    inside("api-session-redo", "POST", ORGANIZERS),
    inside("api-session-batch", "POST", ORGANIZERS),
    inside("api-session-copy", "POST", ORGANIZERS),
    inside("api-session-copy", "POST", LEADS, args=OTHER_LEG),
    inside("api-session-waves", "POST", ORGANIZERS),
    inside("api-session-waves", "POST", LEADS, args=OTHER_LEG),
    inside("proposal-list", "GET", ORGANIZERS),
    inside("proposal-session", "GET", ORGANIZERS),
    inside("proposal-session", "POST", ORGANIZERS),
    inside("proposal-new", "GET", ORGANIZERS),
    inside("proposal-new", "POST", ORGANIZERS),
    inside("proposal-accept", "POST", ORGANIZERS),
    inside("proposal-accept", "POST", LEADS, args=OTHER_PROPOSAL),
    inside("proposal-decline", "POST", ORGANIZERS),
    inside("proposal-decline", "POST", LEADS, args=OTHER_PROPOSAL),
    inside("proposal-withdraw", "POST", PROPOSER),
    inside("api-proposal-list", "GET", ORGANIZERS),
    inside("api-proposal-list", "POST", ORGANIZERS),
    inside("api-proposal-accept", "POST", ORGANIZERS),
    inside("api-proposal-accept", "POST", LEADS, args=OTHER_PROPOSAL),
    inside("api-proposal-decline", "POST", ORGANIZERS),
    inside("api-proposal-decline", "POST", LEADS, args=OTHER_PROPOSAL),
    inside("api-proposal-withdraw", "POST", PROPOSER),
    inside("transfer-list", "GET", OVERSEERS),
    inside("transfer-detail", "GET", OVERSEERS),
    inside("transfer-manifests", "GET", OVERSEERS),
    inside("transfer-fill", "POST", ORGANIZERS),
    inside("transfer-fill", "POST", LEADS, args=OTHER_TRANSFER),
    inside("transfer-seat", "POST", ORGANIZERS),
    inside("transfer-take-over", "POST", ORGANIZERS, data=(("source", "other_transfer_id"),)),
    inside("vehicle-new", "GET", ORGANIZERS),
    inside("vehicle-new", "POST", ORGANIZERS),
    inside("vehicle-new", "POST", LEADS, args=OTHER_TRANSFER),
    inside("vehicle-edit", "GET", ORGANIZERS),
    inside("vehicle-edit", "POST", ORGANIZERS),
    inside("vehicle-remove", "POST", ORGANIZERS),
    inside("vehicle-count", "POST", DOOR),
    inside("api-vehicle-plan", "GET", OVERSEERS),
    inside("api-vehicle-plan", "PUT", ORGANIZERS),
    inside("api-vehicle-plan", "PUT", LEADS, args=OTHER_TRANSFER),
    inside("api-boarding", "GET", OVERSEERS),
    inside("api-boarding", "POST", ORGANIZERS),
    inside("api-boarding", "POST", LEADS, args=OTHER_TRANSFER),
    inside("api-boarding", "PATCH", ORGANIZERS),
    inside("api-transfers-around", "GET", STAFF),
    inside("api-head-count-list", "GET", OVERSEERS),
    inside("api-head-count-list", "POST", DOOR),
    inside("clash-list", "GET", STAFF),
    # A clash that is not there: known to organizers, who are sent back to the list or told so.
    inside("clash-accept", "POST", ORGANIZERS),
    inside("clash-reopen", "POST", ORGANIZERS),
    inside("api-clash-list", "GET", STAFF),
    inside("api-clash-accept", "POST", ORGANIZERS),
    inside("api-clash-reopen", "DELETE", ORGANIZERS),
    inside("api-advice", "GET", STAFF),
    inside("repair-list", "GET", STAFF),
    inside("repair-list", "POST", ORGANIZERS),
    inside("session-undo", "POST", ORGANIZERS),
    inside("session-delay", "GET", ORGANIZERS),
    inside("session-delay", "POST", ORGANIZERS),
    inside("session-delay", "GET", LEADS, args=OTHER_LEG),
    inside("session-delay", "POST", LEADS, args=OTHER_LEG),
    inside("api-repair-list", "GET", STAFF),
    inside("api-repair-list", "POST", ORGANIZERS),
    inside("api-session-delay", "GET", STAFF),
    inside("slot-list", "GET", OVERSEERS),
    inside("slot-ask", "POST", ORGANIZERS),
    inside("slot-party", "GET", OVERSEERS),
    inside("slot-party", "POST", ORGANIZERS),
    inside("slot-link", "POST", ORGANIZERS),
    inside("slot-detail", "GET", OVERSEERS),
    inside("slot-detail", "POST", ORGANIZERS),
    inside("slot-step", "POST", ORGANIZERS),
    inside("slot-times", "POST", ORGANIZERS),
    inside("slot-fallback", "POST", ORGANIZERS),
    inside("slot-people", "GET", ORGANIZERS),
    inside("slot-people", "POST", LEADS),
    inside("api-slot-list", "GET", OVERSEERS),
    inside("api-slot-list", "POST", ORGANIZERS),
    inside("api-slot-detail", "GET", OVERSEERS),
    inside("api-slot-detail", "PATCH", ORGANIZERS),
    inside("api-slot-link-list", "GET", ORGANIZERS),
    inside("api-slot-link-list", "POST", ORGANIZERS),
    inside("api-slot-link-detail", "DELETE", ORGANIZERS),
    inside("release-list", "GET", STAFF),
    inside("release-list", "POST", LEADS),
    inside("release-detail", "GET", STAFF),
    inside("release-diff", "GET", STAFF),
    inside("release-compare", "GET", STAFF),
    inside("release-preview", "GET", ORGANIZERS),
    inside("release-preview-person", "GET", ORGANIZERS),
    inside("release-preview-mail", "GET", ORGANIZERS),
    # For a leg that has an organizer only that one answers, not even the lead.
    inside("release-agree", "POST", frozenset({"leg"}), data=(("leg", "leg_id"),)),
    inside("release-decline", "POST", frozenset({"leg"}), data=(("leg", "leg_id"),)),
    inside("release-withdraw", "POST", LEADS),
    inside("release-send-now", "POST", LEADS),
    inside("release-take-back", "POST", LEADS),
    inside("release-restore", "GET", LEADS),
    inside("release-restore", "POST", LEADS),
    inside("api-release-list", "GET", STAFF),
    inside("api-release-list", "POST", LEADS),
    inside("api-release-detail", "GET", STAFF),
    inside("api-release-diff", "GET", STAFF),
    inside("api-release-preview", "GET", ORGANIZERS),
    inside("api-release-preview-people", "GET", ORGANIZERS),
    inside("api-release-preview-person", "GET", ORGANIZERS),
    inside("api-release-request-list", "GET", ORGANIZERS),
    # Whose leg it is, is asked once the answer has named it (tests/sessions/api).
    inside("api-release-agree", "POST", ORGANIZERS),
    inside("api-release-decline", "POST", ORGANIZERS),
    inside("api-release-withdraw", "POST", LEADS),
    inside("api-release-send-now", "POST", LEADS),
    inside("api-release-take-back", "POST", LEADS),
    inside("api-release-restore", "GET", LEADS),
    inside("api-release-restore", "POST", LEADS),
    inside("notice-list", "GET", ORGANIZERS),
    inside("notice-retry", "POST", LEADS),
    inside("notice-cancel", "POST", LEADS),
    inside("notice-progress", "GET", ORGANIZERS),
    inside("confirmation-list", "GET", ORGANIZERS),
    inside("confirmation-remind", "POST", LEADS),
    inside("reminder-list", "GET", ORGANIZERS),
    inside("announcement-list", "GET", ORGANIZERS),
    *(inside("announcement-new", method, LEADS) for method in ("GET", "POST")),
    *(inside(f"announcement-{page}", "GET", ORGANIZERS) for page in ("detail", "mail")),
    *(inside("announcement-edit", method, LEADS) for method in ("GET", "POST")),
    *(inside(f"announcement-{act}", "POST", LEADS) for act in ("send", "stop", "remove")),
    *(inside(f"announcement-{act}", "POST", ORGANIZERS) for act in ("approve", "return")),
    inside("announcement-test", "POST", LEADS, data=(("seat", "seat"),)),
    inside("api-notice-list", "GET", ORGANIZERS),
    inside("api-notice-retry", "POST", LEADS),
]
# A document that a role may not have does not exist for it; a file of all belongs to who asked.
CLOSED_DOCUMENT = (("name", "closed_document"),)
PAPERS = [
    inside("document-list", "GET", STAFF),
    inside("document-file", "GET", STAFF),
    Row("document-file", "GET", LEADS, hidden_from=SIGNED_IN, args=CLOSED_DOCUMENT),
    inside("document-bundle-new", "POST", STAFF),
    Row("document-bundle", "GET", frozenset({"lead"}), hidden_from=SIGNED_IN),
    Row("document-bundle-file", "GET", frozenset({"lead"}), hidden_from=SIGNED_IN),
    inside("api-document-list", "GET", STAFF),
    inside("api-document-file", "GET", STAFF),
    Row("api-document-file", "GET", LEADS, hidden_from=SIGNED_IN, args=CLOSED_DOCUMENT),
]
COMPLETION = [
    inside("attendance-board", "GET", OVERSEERS),
    inside("attendance-roll", "GET", OVERSEERS),
    inside("attendance-roll", "POST", DOOR),
    inside("attendance-code", "POST", DOOR),
    inside("duty-contacts", "GET", ORGANIZERS),
    inside("duty-contacts", "POST", ORGANIZERS),
    inside("duty-contact-remove", "POST", ORGANIZERS),
    inside("certificate-list", "GET", OVERSEERS),
    inside("certificate-document", "GET", OVERSEERS),
    inside("completion-run", "POST", LEADS),
    inside("certificate-issue", "POST", LEADS),
    inside("certificate-revoke", "GET", LEADS),
    inside("certificate-revoke", "POST", LEADS),
    inside("api-attendance", "GET", OVERSEERS),
    inside("api-attendance", "POST", DOOR),
    inside("api-certificates", "GET", OVERSEERS),
    inside("api-certificates", "POST", LEADS),
    inside("api-certificate-file", "GET", OVERSEERS),
    inside("api-certificate-revoke", "POST", LEADS, body='{"reason": "typo"}'),
]
MATRIX = [
    *PUBLIC,
    *OWN,
    *SHARED,
    *SETTINGS,
    *PEOPLE,
    *NOMINATIONS,
    *LOGISTICS,
    *TIMETABLE,
    *COMPLETION,
    *PAPERS,
]

# Pages of the sign-in package: who they are for is its own matter, tested in tests/accounts.
FOREIGN = ("account_", "mfa_")

# Releases and certificates are counted from one in every cohort: foreign ones cannot be told apart.
NOT_APART = (
    # The page of a clash that is gone, which one of another cohort is as well.
    "repair-list",
    # A number of the own cohort, which every cohort counts from 1.
    "my-changes-aside",
    "confirmation-list",
    "confirmation-remind",
    "release-detail",
    "release-diff",
    "api-release-detail",
    "api-release-diff",
    "release-send-now",
    "release-take-back",
    "release-restore",
    "api-release-send-now",
    "api-release-take-back",
    "api-release-restore",
    "certificate-document",
    "certificate-revoke",
    # A document has the same name in every cohort.
    "document-file",
    "api-document-file",
)


def rows_by_route() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in MATRIX:
        found.setdefault(row.route, []).append(row)
    return found


def address(row: Row, ids: dict[str, Any], world: World) -> str:
    changed = dict(row.args)
    named = PARAMETERS.get(row.route, {})
    values = {}
    for name in parameters_of(row.route):
        values[name] = (
            getattr(world, changed[name]) if name in changed else ids[named.get(name, name)]
        )
    return reverse(row.route, kwargs=values)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, row: Row, world: World, ids: dict[str, Any]) -> HttpResponse:
    """The call itself; whatever it writes is rolled back."""
    url = address(row, ids, world)
    with rolled_back():
        if row.data:
            return client.post(url, {name: ids[key] for name, key in row.data})
        if row.route.startswith("api-") and row.method != "GET":
            return client.generic(row.method, url, row.body, content_type="application/json")
        return client.generic(row.method, url)


def verdict(response: HttpResponse) -> str:
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return SIGN_IN
    if status in {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND}:
        return SIGN_IN if response.headers["Location"].startswith("/accounts/login/") else PASSED
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        return str(status)
    passed = status < HTTPStatus.BAD_REQUEST or status in {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
    return PASSED if passed else f"answered {status}"


def client_of(world: World, role: str) -> Client:
    client = Client(raise_request_exception=False)
    user = world.users[role]
    if user is not None:
        client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    return client


def test_matrix_when_compared_with_url_map_then_every_route_is_named():
    routes = {route.name for route in all_routes() if not route.name.startswith(FOREIGN)}
    named = set(rows_by_route())
    assert routes - named == set(), "routes without a row"
    assert named - routes == set(), "rows without a route"


def test_matrix_when_methods_are_probed_then_every_method_is_named(world):
    client = client_of(world, "administrator")
    missing = {}
    for route, rows in rows_by_route().items():
        url = address(rows[0], world.args, world)
        with rolled_back():
            response = client.generic("PROPFIND", url)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            missing[route] = f"answers any method with {response.status_code}"
            continue
        allowed = {word.strip() for word in response.headers["Allow"].split(",")}
        named = {row.method for row in rows}
        if named != allowed - {"HEAD", "OPTIONS"}:
            missing[route] = f"offers {sorted(allowed)}, named {sorted(named)}"
    assert missing == {}


@pytest.mark.parametrize("role", ROLES)
def test_role_when_it_calls_every_route_then_answered_as_in_the_matrix(world, role):
    client = client_of(world, role)
    wrong = {}
    for row in MATRIX:
        answer = verdict(ask(client, row, world, world.args))
        if answer != row.expected(role):
            wrong[str(row)] = f"{answer}, expected {row.expected(role)}"
    assert wrong == {}


def test_lead_when_ids_are_of_another_cohort_then_404(world):
    """The cohort in the address is the own one; the thing is somebody else's."""
    client = client_of(world, "lead")
    mixed = {**world.foreign, "code": world.args["code"]}
    wrong = {}
    for row in [*SETTINGS, *PEOPLE, *NOMINATIONS, *TIMETABLE, *COMPLETION, *PAPERS]:
        plain = set(parameters_of(row.route)) <= {"code"} and not row.data
        if plain or row.args or row.route in NOT_APART:
            continue
        answer = ask(client, row, world, mixed).status_code
        if answer != HTTPStatus.NOT_FOUND:
            wrong[str(row)] = answer
    assert wrong == {}


def test_admin_when_no_administrator_then_closed(world):
    for role in ROLES:
        response = client_of(world, role).get("/admin/accounts/user/")
        assert (response.status_code == HTTPStatus.OK) == (role == "administrator"), role


def test_anonymous_when_api_token_is_wrong_then_401(world):
    client = Client(headers={"authorization": "Token nothing"})
    assert client.get(reverse("api-me")).status_code == HTTPStatus.UNAUTHORIZED
