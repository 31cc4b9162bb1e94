"""One cohort with everything in it, a second one as somebody else's, and a user for every role.

Built once a module inside a transaction that is rolled back at its end; ids of both cohorts stand
in `args` and `foreign` under the names that the routes give their parameters.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from knox.models import AuthToken

from cohorts.actions.merges import merge_organizations
from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole, Leg
from g60portal.accounts.models import User
from g60portal.notices.inbox import messages_of
from g60portal.notices.models import Notice
from participants.actions.certificates import CertificateEntry, issue_certificates
from participants.actions.consents import give_consent
from participants.actions.data_copies import make_copy
from participants.actions.hotels import add_hotel, add_rooms
from participants.actions.imports import preview_import
from participants.actions.lodging import assign_room
from participants.actions.logistics import save_logistics
from participants.actions.merges import merge_people
from participants.actions.nomination_links import (
    draft_by_link,
    invite_enterprise,
    invite_nominee,
)
from participants.actions.privacy_requests import make_request
from participants.actions.saved_views import save_view
from participants.actions.scheduled_exports import order_export
from participants.choices import ConsentPurpose
from participants.models import Certificate, Enrollment, ExportFile
from participants.queries.nomination_links import link_path
from participants.rules.export_rhythm import Rhythm
from sessions.actions.boarding import fill_vehicles
from sessions.actions.clash_acceptances import accept_clash
from sessions.actions.releases import publish_release
from sessions.actions.slots import ask_for_slots
from sessions.actions.vehicles import StopFacts, add_vehicle
from sessions.models import (
    Announcement,
    DocumentBundle,
    DutyContact,
    Proposal,
    ReleaseRequest,
    Venue,
)
from sessions.queries.acknowledgements import confirm_token
from sessions.queries.calendar import feed_token
from sessions.queries.clashes import clashes_of
from sessions.queries.slot_links import link_url
from sessions.queries.slot_parties import Party
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    OrganizationFactory,
    PersonFactory,
    QuotaFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)
from tests.participants.nominating import submitted

ROLES = (
    "anonymous",
    "nobody",
    "participant",
    "coordinator",
    "reader",
    "desk",
    "leg",
    "lead",
    "administrator",
    "elsewhere",
)
ROSTER = "姓名,城市,单位,手机\n钱七,松江,松江示例科技有限公司,13900000007\n".encode("utf-8-sig")


@dataclass
class World:
    """`args` are of the cohort that the roles stand in, `foreign` of the other one."""

    cohort: Cohort
    other: Cohort
    users: dict[str, User | None] = field(default_factory=dict)
    args: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    # A training session of the leg whose organizer the role `leg` is not.
    session_of_other_leg: int = 0
    transfer_of_other_leg: int = 0
    # Asked of the leg whose organizer the role `leg` is not.
    proposal_to_other_leg: int = 0
    # One with contacts: for leads only.
    closed_document: str = "contacts"
    own_leg: int = 0
    other_leg: int = 0
    room_list: str = "room-list"
    hotel_list: str = "hotel-list"
    meal_list: str = "meal-list"


def build_world(*, mark: str = "") -> World:
    """`mark` stands in every text that somebody typed."""
    cohort, songjiang, hefei = two_leg_cohort(
        title=f"研修班{mark}", title_en=f"Training{mark}", plan_number=f"1{mark}"
    )
    other, other_leg, _last = two_leg_cohort()
    world = World(cohort=cohort, other=other, own_leg=songjiang.pk, other_leg=hefei.pk)
    world.users = _users(cohort, songjiang, other, mark)
    world.args = _filled(cohort, songjiang, world.users["participant"], seat=1, mark=mark)
    world.foreign = _filled(other, other_leg, UserFactory(), seat=99)
    world.args |= _twice()
    world.session_of_other_leg = training_session(hefei, 11, "09:00", "10:00").pk
    world.transfer_of_other_leg = training_session(hefei, 12, "09:00", "10:00", kind="transfer").pk
    world.args |= _lodged(songjiang, world.args["enrollment"], mark)
    world.foreign |= _lodged(other_leg, world.foreign["enrollment"])
    world.args |= _clashing(songjiang, mark)
    world.foreign |= _clashing(other_leg)
    world.args |= _arranged(songjiang, world.users["leg"], mark=mark)
    world.foreign |= _arranged(other_leg, None)
    world.args |= _nominated(cohort, 1, mark)
    world.foreign |= _nominated(other, 2)
    world.args |= _asked(cohort, world.args, mark)
    world.foreign |= _asked(other, world.foreign)
    world.args |= _announced(cohort, mark)
    world.foreign |= _announced(other)
    world.args |= _printed(cohort, world.users["lead"])
    world.foreign |= _printed(other, world.users["elsewhere"])
    world.args |= _kept_lists(cohort, world.users["lead"], mark)
    world.foreign |= _kept_lists(other, world.users["elsewhere"])
    world.proposal_to_other_leg = _proposal(hefei, world.users["leg"], mark).pk
    lead = world.users["lead"]
    assert lead is not None
    world.args["token_id"] = AuthToken.objects.create(lead)[0].digest[:16]
    return world


def _users(cohort: Cohort, leg: Leg, other: Cohort, mark: str) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "nobody": user_with("nobody"),
        "participant": UserFactory(name=f"学员{mark}"),
        "coordinator": user_with(Role.COORDINATOR, cohort=cohort, city=city("jiaxing")),
        "reader": user_with(Role.READER, cohort=cohort),
        "desk": user_with(Role.DESK, cohort=cohort),
        "leg": user_with(Role.LEG, cohort=cohort, leg=leg),
        "lead": user_with(Role.LEAD, cohort=cohort),
        "administrator": user_with("administrator"),
        "elsewhere": user_with(Role.LEAD, cohort=other),
    }


def _filled(
    cohort: Cohort, leg: Leg, participant: User | None, *, seat: int, mark: str = ""
) -> dict[str, Any]:
    """Everything that a cohort can hold, and its ids by parameter name."""
    texts = {"name": f"示例{cohort.edition}{mark}", "name_en": f"Example{mark}"}
    venue = VenueFactory(**texts, address=f"文汇路1号{mark}", latitude=31.05, longitude=121.21)
    speaker = SpeakerFactory(**texts, title=f"教授{mark}")
    group = GroupFactory(cohort=cohort, position=1, name=f"第一组{mark}")
    QuotaFactory(cohort=cohort)
    person = PersonFactory(user=participant, name=f"钱一{mark}", latin_name=f"Qian Yi{mark}")
    give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=None)
    enrollment = EnrollmentFactory(
        cohort=cohort,
        person=person,
        group=group,
        seat=seat,
        organization_name=f"示例科技{mark}",
        title=f"总经理{mark}",
    )
    row = training_session(
        leg,
        8,
        "09:00",
        "11:00",
        venue=venue,
        speakers=[speaker],
        title=f"讲座{mark}",
        title_en=f"Lecture{mark}",
        description=f"说明{mark}",
    )
    release = publish_release(cohort=cohort, name=f"初版{mark}", comment=f"说明{mark}", by=None)
    # The waiting time is over: the message stands in the inbox.
    Notice.objects.filter(scope=cohort.code).update(due_at=release.released_at)
    request = ReleaseRequest.objects.create(
        cohort=cohort, name=f"第二版{mark}", comment=f"请同意{mark}", fingerprint="0" * 64
    )
    certificate = _certificate(enrollment)
    asked = make_request(
        person=person, kind="copy", wish=f"谢谢{mark}", channel="own_page", by=None
    )
    copy = make_copy(request_id=asked.pk)
    assert copy is not None
    role = CohortRole.objects.create(user=UserFactory(), role=Role.READER, cohort=cohort)
    contact = DutyContact.objects.create(
        cohort=cohort, duty=f"班主任{mark}", name=f"李老师{mark}", phone="0551-62711234"
    )
    upload = preview_import(cohort=cohort, filename="roster.csv", data=ROSTER, by=None)
    return {
        "code": cohort.code,
        "city": "songjiang",
        "enrollment": enrollment.pk,
        "group_id": group.pk,
        "import_id": upload.pk,
        "leg_id": leg.pk,
        "notice": Notice.objects.filter(scope=cohort.code).latest("pk").pk,
        "message_uid": messages_of(participant)[0].uid,
        "channel": "sms",
        "number": release.number,
        "certificate_number": certificate.number,
        "organization_id": OrganizationFactory(**texts, short_name=f"示例{mark}").pk,
        "request_id": request.pk,
        "privacy_request": asked.pk,
        "copy_id": copy.pk,
        "consent_purpose": "photo",
        "consent_given": "1",
        "contact_id": contact.pk,
        "language": "en",
        "role_id": role.pk,
        "seat": seat,
        "serial": certificate.serial,
        "session_id": row.pk,
        "speaker_id": speaker.pk,
        "token": feed_token(enrollment),
        "venue_id": venue.pk,
        "verify_code": certificate.verify_code,
    }


def _arranged(leg: Leg, host: User | None, *, mark: str = "") -> dict[str, Any]:
    """Two transfers, a vehicle with a stop and a person on it, and a proposal to the leg's host."""
    transfer = training_session(leg, 9, "13:00", "14:00", kind="transfer", title=f"转场{mark}")
    back = training_session(leg, 9, "17:00", "18:00", kind="transfer")
    facts = {"name": f"1号车{mark}", "plate": f"沪A{mark}", "driver": f"王师傅{mark}", "seats": 45}
    stops = [StopFacts(0, name=f"南门{mark}")]
    vehicle = add_vehicle(training_session=transfer, facts=facts, stops=stops, by=None)
    fill_vehicles(training_session=transfer, by=None)
    return {
        "transfer_id": transfer.pk,
        "other_transfer_id": back.pk,
        "vehicle_id": vehicle.pk,
        "proposal_id": _proposal(leg, host, mark).pk,
    }


def _nominated(cohort: Cohort, number: int, mark: str = "") -> dict[str, Any]:
    """Somebody handed in by Songjiang who has the link to the own form, and an enterprise's draft
    and link."""
    texts = {"name": f"孙{mark}", "title": f"总裁{mark}", "reason": f"骨干{mark}"}
    nomination = submitted(cohort, number, **texts, organization=f"示例{mark}")
    nomination.photo.save("portrait.jpg", ContentFile(b"\xff\xd8"))
    own = invite_nominee(nomination=nomination, by=None)
    link = invite_enterprise(
        cohort=cohort,
        city=city(),
        organization_name=f"示例{mark}",
        email="",
        language="en",
        by=None,
    )
    draft = draft_by_link(link=link, facts={"name": f"李{mark}"})
    return {
        "nomination_id": nomination.pk,
        "link_draft": draft.pk,
        "nomination_link": link.pk,
        "nominee_token": link_path(own).rstrip("/").rpartition("/")[2],
        "enterprise_token": link_path(link).rstrip("/").rpartition("/")[2],
    }


def _announced(cohort: Cohort, mark: str = "") -> dict[str, Any]:
    """A draft of a message by hand, and a message that waits to be confirmed."""
    texts = {"subject": f"集合{mark}", "text": f"请到大堂{mark}", "review_note": f"太长{mark}"}
    row = Announcement.objects.create(cohort=cohort, **texts)
    notice = Notice.objects.filter(scope=cohort.code, dedupe_key__startswith="release:").latest(
        "pk"
    )
    Notice.objects.filter(pk=notice.pk).update(needs_acknowledgement=True)
    return {
        "announcement_id": row.pk,
        "confirm_token": confirm_token(notice),
        "told_kind": "release",
    }


def _asked(cohort: Cohort, ids: dict[str, Any], mark: str = "") -> dict[str, Any]:
    """The host of the venue was asked for the session, by a private link, and has said no."""
    party = Party(venue=Venue.objects.get(pk=ids["venue_id"]))
    asked = ask_for_slots(cohort=cohort, party=party, contact=f"王主任{mark}", by=None)
    [slot], link = asked.slots, asked.link
    assert link is not None
    slot.state, slot.reason = "refused", f"检修{mark}"
    slot.save(update_fields=["state", "reason"])
    return {
        "party": party.key,
        "slot_id": slot.pk,
        "link_id": link.pk,
        "slot_token": link_url(link).rstrip("/").rpartition("/")[2],
    }


def _lodged(leg: Leg, enrollment_id: int, mark: str = "") -> dict[str, Any]:
    """Somebody with a form that was filled in, and a room in a hotel."""
    enrollment = Enrollment.objects.get(pk=enrollment_id)
    texts = {
        "arrival_place": f"虹桥站{mark}",
        "roommate": f"孙{mark}",
        "emergency_name": f"家人{mark}",
        "emergency_phone": "13900000009",
        "allergy": f"花生{mark}",
    }
    save_logistics(enrollment=enrollment, leg=leg, facts=texts, consent=True, by=None)
    hotel = add_hotel(leg=leg, name=f"示例酒店{mark}", address=f"文汇路9号{mark}", by=None)
    [room] = add_rooms(
        hotel=hotel,
        numbers="801",
        kind="twin",
        places=2,
        first_on=leg.starts_on,
        last_on=leg.ends_on,
        by=None,
    )
    assign_room(leg=leg, enrollments=[enrollment_id], room=room, by=None)
    return {"hotel_id": hotel.pk, "room_id": room.pk}


def _clashing(leg: Leg, mark: str = "") -> dict[str, Any]:
    """A session late in the evening, accepted as it is."""
    late = training_session(leg, 10, "19:00", "19:30", kind="discussion", title=f"研讨{mark}")
    key = next(clash.key for clash in clashes_of(leg.cohort) if late.pk in clash.sessions)
    accept_clash(cohort=leg.cohort, key=key, reason=f"理由{mark}", by=None)
    return {"key": key}


def _proposal(leg: Leg, host: User | None, mark: str = "") -> Proposal:
    facts = {"kind": "lecture", "title": f"讲座{mark}", "leg": leg.pk}
    return Proposal.objects.create(
        cohort=leg.cohort, leg=leg, facts=facts, note=f"说明{mark}", by=host
    )


def _printed(cohort: Cohort, owner: User | None) -> dict[str, Any]:
    """All documents in one file, which is the owner's."""
    assert owner is not None
    content = b"PK"
    bundle = DocumentBundle.objects.create(
        cohort=cohort,
        by=owner,
        names=["roster"],
        language="en",
        ordering="stroke",
        state="done",
        sha256=hashlib.sha256(content).hexdigest(),
        expires_at=timezone.now() + dt.timedelta(hours=1),
    )
    bundle.file.save(f"{bundle.uid}.zip", ContentFile(content))
    return {"bundle_id": bundle.pk, "document": "roster"}


def _kept_lists(cohort: Cohort, owner: User | None, mark: str = "") -> dict[str, Any]:
    """A shared view of the roster, and a regular file of it that was made once."""
    assert owner is not None
    view = save_view(cohort=cohort, name=f"周报{mark}", params={}, shared=True, by=owner)
    rhythm = Rhythm("daily", dt.time(8))
    schedule = order_export(cohort=cohort, view=view, format="csv", rhythm=rhythm, by=owner)
    content = b"seat"
    file = ExportFile.objects.create(
        schedule=schedule,
        due_at=timezone.now(),
        state="done",
        sha256=hashlib.sha256(content).hexdigest(),
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    file.file.save(f"{file.uid}.csv", ContentFile(content))
    return {"view_id": view.pk, "schedule_id": schedule.pk, "file_id": file.pk}


def _twice() -> dict[str, Any]:
    """Two persons of no cohort and two organizations, and one merge of each."""
    people = [PersonFactory() for _ in range(3)]
    houses = [OrganizationFactory() for _ in range(3)]
    return {
        "one": people[0].pk,
        "other": people[1].pk,
        "organization_one": houses[0].pk,
        "organization_other": houses[1].pk,
        "merge_id": merge_people(kept=people[0], gone=people[2], by=None).pk,
        "organization_merge": merge_organizations(kept=houses[0], gone=houses[2], by=None).pk,
    }


def _certificate(enrollment: Enrollment) -> Certificate:
    """Issued, with a file in place of the printed one."""
    entry = CertificateEntry(enrollment_id=enrollment.pk, hours=Decimal(2))
    (certificate,) = issue_certificates(cohort=enrollment.cohort, entries=[entry], by=None)
    certificate.file.save(f"{certificate.verify_code}.pdf", ContentFile(b"%PDF-1.7"), save=False)
    certificate.rendered_at = timezone.now()
    certificate.save(update_fields=["file", "rendered_at"])
    return certificate
