"""Proposals between hosts: made, accepted, declined, withdrawn, refused; and at once."""

import threading

import pytest
from django.db import connections, transaction

from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Stale
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from sessions import refusals
from sessions.actions.proposals import (
    accept_proposal,
    decline_proposal,
    propose_change,
    withdraw_proposal,
)
from sessions.actions.training_sessions import cancel_training_session, change_training_session
from sessions.models import Proposal, SessionAudience, TrainingSession
from tests.factories import (
    GroupFactory,
    LegFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    city,
    training_session,
)
from tests.sessions.hosts import two_hosts

pytestmark = pytest.mark.django_db


@pytest.fixture
def hosts():
    return two_hosts()


def change(row, by, **facts):
    row.refresh_from_db()
    return change_training_session(training_session=row, version=row.version, facts=facts, by=by)


def current(row):
    return TrainingSession.objects.get(pk=row.pk)


def told():
    return {(notice.kind, notice.user_id) for notice in Notice.objects.all()}


def test_propose_when_it_touches_another_leg_then_kept_audited_and_its_host_is_told(hosts):
    hall = VenueFactory(name="大讲堂")
    proposal = hosts.propose(venue=hall, title=hosts.theirs.title)
    assert (proposal.leg, proposal.state, proposal.version) == (hosts.hefei, "open", 1)
    assert (proposal.before, proposal.facts) == ({"venue": None}, {"venue": hall.pk})
    event = AuditEvent.objects.get(verb="proposal.made")
    assert (event.actor_id, event.scope) == (hosts.here.pk, hosts.cohort.code)
    assert told() == {("proposal_asked", hosts.there.pk)}
    assert current(hosts.theirs).version == 1


def test_propose_when_the_leg_has_no_organizer_then_the_leads_are_told(hosts):
    hosts.there.cohort_roles.all().delete()
    hosts.propose()
    assert told() == {("proposal_asked", hosts.lead.pk)}


@pytest.mark.parametrize("times", [{"ends_at": at(11, "11:30")}, {"starts_at": at(11, "08:30")}])
def test_propose_when_one_end_moves_then_both_are_kept(hosts, times):
    proposal = hosts.propose(**times)
    assert set(proposal.facts) == set(proposal.before) == {"starts_at", "ends_at"}


def test_propose_when_own_session_goes_to_days_of_the_other_then_its_host_is_asked(hosts):
    proposal = hosts.propose(hosts.ours, starts_at=at(12, "09:00"), ends_at=at(12, "10:00"))
    assert proposal.leg == hosts.hefei


def test_propose_when_a_session_is_to_be_made_then_whole_facts_are_kept(hosts):
    group = GroupFactory(cohort=hosts.cohort)
    facts = {"leg": hosts.hefei, "kind": "meal", "title": "午餐", "groups": [group]}
    proposal = propose_change(
        cohort=hosts.cohort,
        leg=hosts.hefei,
        training_session=None,
        version=0,
        facts=facts,
        note="",
        by=hosts.here,
    )
    assert proposal.facts == {**facts, "leg": hosts.hefei.pk, "groups": [group.pk]}
    assert TrainingSession.objects.count() == 2
    accept_proposal(proposal=proposal, answer="", by=hosts.there)
    made = Proposal.objects.get(pk=proposal.pk).training_session
    assert (made.leg, made.kind, made.title) == (hosts.hefei, "meal", "午餐")
    assert [row.group for row in SessionAudience.objects.filter(training_session=made)] == [group]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"title": "对方讲座"}, refusals.NothingProposed),
        ({"starts_at": at(11, "12:00")}, refusals.TimesReversed),
        ({"kind": "meal", "title": "对方讲座"}, None),
    ],
)
def test_propose_when_it_says_nothing_or_cannot_be_then_refused(hosts, facts, refusal):
    if refusal is None:
        assert hosts.propose(**facts).facts == {"kind": "meal"}
        return
    with pytest.raises(refusal):
        hosts.propose(**facts)
    assert (Proposal.objects.count(), Notice.objects.count()) == (0, 0)


def test_propose_when_only_the_own_leg_is_touched_then_no_consent_is_needed(hosts):
    with pytest.raises(refusals.NoConsentNeeded):
        hosts.propose(hosts.ours, title="新题")


def test_propose_when_two_other_hosts_are_touched_then_refused(hosts):
    LegFactory(
        cohort=hosts.cohort,
        city=city("wuhu"),
        position=3,
        starts_on=at(14, "00:00").date(),
        ends_on=at(15, "00:00").date(),
    )
    with pytest.raises(refusals.SeveralHostsTouched):
        hosts.propose(starts_at=at(14, "09:00"), ends_at=at(14, "10:00"))


def test_propose_when_the_same_waits_already_then_refused(hosts):
    hosts.propose()
    with pytest.raises(refusals.AlreadyProposed):
        hosts.propose()


def test_propose_when_the_session_was_changed_meanwhile_then_stale(hosts):
    change(hosts.theirs, hosts.there, title="新题")
    hosts.theirs.version = 1
    with pytest.raises(Stale):
        hosts.propose()


def test_propose_when_it_would_clash_then_kept_but_refused_on_accepting(hosts):
    training_session(hosts.hefei, 11, "15:00", "16:00", title="占用")
    proposal = hosts.propose()
    with pytest.raises(refusals.Clash) as caught:
        accept_proposal(proposal=proposal, answer="", by=hosts.there)
    assert [clash["code"] for clash in caught.value.facts["clashes"]] == ["group"]
    assert Proposal.objects.get().state == "open"
    assert current(hosts.theirs).starts_at == at(11, "09:00")


def test_accept_when_open_then_the_session_changes_and_the_proposer_is_told(hosts):
    proposal = hosts.propose()
    accept_proposal(proposal=proposal, answer=" 好的 ", by=hosts.there)
    row = Proposal.objects.get()
    assert (row.state, row.answer, row.decided_by) == ("accepted", "好的", hosts.there)
    moved = current(hosts.theirs)
    assert (moved.starts_at, moved.ends_at, moved.version) == (at(11, "14:00"), at(11, "16:00"), 2)
    assert AuditEvent.objects.get(verb="session.changed").actor_id == hosts.there.pk
    assert AuditEvent.objects.get(verb="proposal.accepted").reason == "好的"
    assert ("proposal_answered", hosts.here.pk) in told()


def test_accept_when_people_are_proposed_then_they_are_set(hosts):
    speaker, group = SpeakerFactory(), GroupFactory(cohort=hosts.cohort)
    proposal = hosts.propose(speakers=[speaker], groups=[group])
    accept_proposal(proposal=proposal, answer="", by=hosts.there)
    row = current(hosts.theirs)
    assert list(row.speakers.all()) == [speaker]
    assert [seat.group for seat in row.audience_rows.all()] == [group]


def test_accept_when_something_else_has_changed_then_both_hold(hosts):
    proposal = hosts.propose()
    change(hosts.theirs, hosts.there, title="新题")
    accept_proposal(proposal=proposal, answer="", by=hosts.there)
    row = current(hosts.theirs)
    assert (row.title, row.starts_at, row.version) == ("新题", at(11, "14:00"), 3)


def test_accept_when_the_very_facts_have_changed_then_refused_showing_both(hosts):
    proposal = hosts.propose()
    change(hosts.theirs, hosts.there, starts_at=at(11, "08:30"))
    with pytest.raises(refusals.ProposalOutdated) as caught:
        accept_proposal(proposal=proposal, answer="", by=hosts.there)
    facts = caught.value.facts
    assert facts["current"]["starts_at"] == "2026-06-11T08:30:00+08:00"
    assert facts["before"]["starts_at"] == "2026-06-11T09:00:00+08:00"
    assert facts["proposed"]["starts_at"] == "2026-06-11T14:00:00+08:00"
    assert Proposal.objects.get().state == "open"


def test_accept_when_the_venue_is_gone_then_outdated(hosts):
    hall = VenueFactory()
    proposal = hosts.propose(venue=hall)
    hall.delete()
    with pytest.raises(refusals.ProposalOutdated):
        accept_proposal(proposal=proposal, answer="", by=hosts.there)


def test_accept_when_the_session_is_cancelled_meanwhile_then_refused(hosts):
    proposal = hosts.propose()
    cancel_training_session(training_session=hosts.theirs, version=1, reason="x", by=hosts.there)
    with pytest.raises(refusals.SessionCancelled):
        accept_proposal(proposal=proposal, answer="", by=hosts.there)


def test_accept_when_cancelling_was_proposed_then_cancelled_with_the_reason(hosts):
    proposal = hosts.propose(state="cancelled", reason="授课专家临时公务")
    accept_proposal(proposal=proposal, answer="", by=hosts.there)
    row = current(hosts.theirs)
    assert (row.state, row.cancel_reason) == ("cancelled", "授课专家临时公务")


def test_accept_when_the_proposer_lost_the_own_leg_then_refused(hosts):
    """The session is of Songjiang: the consent of Hefei alone does not move it."""
    proposal = hosts.propose(
        hosts.ours, leg=hosts.hefei, starts_at=at(12, "09:00"), ends_at=at(12, "10:00")
    )
    hosts.here.cohort_roles.all().delete()
    with pytest.raises(refusals.ProposerLeft):
        accept_proposal(proposal=proposal, answer="", by=hosts.there)
    accept_proposal(proposal=proposal, answer="", by=hosts.lead)
    assert current(hosts.ours).starts_at == at(12, "09:00")


def test_decline_when_open_then_nothing_changes_and_the_proposer_is_told(hosts):
    proposal = hosts.propose()
    decline_proposal(proposal=proposal, answer="场地已订", by=hosts.there)
    assert Proposal.objects.get().state == "declined"
    assert current(hosts.theirs).version == 1
    assert ("proposal_answered", hosts.here.pk) in told()
    assert AuditEvent.objects.get(verb="proposal.declined").reason == "场地已订"


def test_withdraw_when_open_then_nobody_is_told_any_more(hosts):
    proposal = hosts.propose()
    withdraw_proposal(proposal=proposal, by=hosts.here)
    notice = Notice.objects.get()
    assert kind_named(notice.kind).compose([notice]) == {}
    assert AuditEvent.objects.filter(verb="proposal.withdrawn").count() == 1


@pytest.mark.parametrize(
    "again",
    [
        lambda p, u: accept_proposal(proposal=p, answer="", by=u),
        lambda p, u: decline_proposal(proposal=p, answer="", by=u),
        lambda p, u: withdraw_proposal(proposal=p, by=u),
    ],
)
def test_answer_when_decided_already_then_refused(hosts, again):
    proposal = hosts.propose()
    decline_proposal(proposal=proposal, answer="", by=hosts.there)
    with pytest.raises(refusals.ProposalDecided) as caught:
        again(proposal, hosts.there)
    assert caught.value.facts == {"state": "declined"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_mail_when_written_then_says_what_is_asked_and_where_to_answer(
    hosts, language, django_assert_max_num_queries
):
    hosts.there.language = language
    hosts.there.save()
    hosts.propose(venue=VenueFactory(name="大讲堂", name_en="Great hall"))
    hosts.propose(title="新题目")
    notices = list(Notice.objects.order_by("pk"))
    with django_assert_max_num_queries(3):
        mails = kind_named("proposal_asked").compose(notices)
    assert len(mails) == 2
    for text in (mails[notices[0].pk].text, mails[notices[0].pk].html):
        assert ("Great hall" if language == "en" else "大讲堂") in text
        assert f"/console/cohorts/{hosts.cohort.code}/timetable/proposals/" in text
        assert "上午车辆来不及" in text


def at_once(*calls):
    """Runs the calls on connections of their own; answers the names of what came out."""
    got = [""] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(number):
        try:
            gate.wait(5)
            calls[number]()
            got[number] = "done"
        except Exception as error:  # noqa: BLE001 -- the refusal is the result
            got[number] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(got)


@pytest.mark.django_db(transaction=True)
def test_accept_and_withdraw_when_at_once_then_one_of_them_counts():
    for _round in range(3):
        hosts = two_hosts()
        proposal = hosts.propose()
        got = at_once(
            lambda p=proposal, h=hosts: accept_proposal(proposal=p, answer="", by=h.there),
            lambda p=proposal, h=hosts: withdraw_proposal(proposal=p, by=h.here),
        )
        assert got == ["ProposalDecided", "done"]
        accepted = Proposal.objects.get(pk=proposal.pk).state == "accepted"
        assert (current(hosts.theirs).version == 2) is accepted


@pytest.mark.django_db(transaction=True)
def test_accept_when_twice_at_once_then_carried_out_once():
    hosts = two_hosts()
    proposal = hosts.propose()
    calls = [
        lambda: accept_proposal(proposal=proposal, answer="", by=hosts.there),
        lambda: accept_proposal(proposal=proposal, answer="", by=hosts.lead),
    ]
    assert at_once(*calls) == ["ProposalDecided", "done"]
    assert current(hosts.theirs).version == 2
    assert Notice.objects.filter(kind="proposal_answered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_when_given_without_the_lock_then_both_count():
    """The control: read the state, then write it, without locking anything."""
    proposal = two_hosts().propose()
    both_have_read = threading.Barrier(2)

    def careless(state):
        with transaction.atomic():
            row = Proposal.objects.get(pk=proposal.pk)
            both_have_read.wait(5)
            if row.state != "open":
                raise refusals.ProposalDecided
            Proposal.objects.filter(pk=row.pk).update(state=state)

    got = at_once(lambda: careless("accepted"), lambda: careless("withdrawn"))
    assert got == ["done", "done"]
