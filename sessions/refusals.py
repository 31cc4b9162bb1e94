"""What the actions on training sessions refuse, by name. The texts are for people, the codes for
programs.
"""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from g60portal.common.refusals import NotAllowed, Refusal


class SessionNotMarkable(Refusal):
    """A cancelled session, or one without a time, has no roll to call."""

    code = "session_not_markable"
    text = _("No roll can be called for a session that is cancelled or has no time yet.")


class MarksRefused(Refusal):
    """No mark of a batch could be taken. Facts: `refused`, each with `index` and `code`."""

    code = "marks_refused"
    text = _("None of the marks could be taken.")


class CheckInCodeRefused(Refusal):
    """A text at the door that is no code in force in this cohort. Facts: `reason`."""

    code = "check_in_code_refused"
    texts = {
        "mistyped": _("This is no check-in code. Compare it with the badge and type it again."),
        "unknown": _("The portal has not issued this code. Mark the person on the roll by name."),
        "other_cohort": _("This code belongs to another cohort."),
        "old": _(
            "This code has been replaced by a newer one. Ask for the current badge or the code "
            "on the phone."
        ),
    }

    def __init__(self, reason: str) -> None:
        text = self.texts[reason]
        super().__init__(text, fields={"code": text}, facts={"reason": reason})


class CheckInHolderRefused(Refusal):
    """The code is good, yet its holder is not to be marked here. Facts: `enrollment`."""

    def __init__(self, enrollment: Any) -> None:
        text = self.text % {"name": enrollment.person.name, "seat": enrollment.seat}
        super().__init__(text, fields={"code": text}, facts={"enrollment": enrollment.pk})


class CheckInCodeLeft(CheckInHolderRefused):
    code = "check_in_code_left"
    text = _("%(name)s (seat %(seat)s) has left the cohort.")


class NotInAudience(CheckInHolderRefused):
    code = "not_in_audience"
    text = _("%(name)s (seat %(seat)s) is not expected at this session: it is for other groups.")


class ContactListed(Refusal):
    code = "contact_listed"
    text = _("This telephone is on the list already.")

    def __init__(self) -> None:
        super().__init__(fields={"phone": self.text})


class TooManyContacts(Refusal):
    code = "too_many_contacts"
    text = _("Eight contacts are enough. Remove one before you add another.")


class CompletionNotRun(Refusal):
    code = "completion_not_run"
    text = _("Run the completion first: certificates follow its verdicts.")


class CompletionOutdated(Refusal):
    code = "completion_outdated"
    status = 409
    text = _("Attendance or people have changed since the completion run. Run it again.")


class NothingToIssue(Refusal):
    code = "nothing_to_issue"
    text = _("Nobody is waiting for a certificate.")


class Clash(Refusal):
    """The venue, a speaker or the audience is taken. Facts: `clashes`, each with who and what."""

    code = "clash"
    status = 409
    text = _("The venue, a speaker or the audience is already taken at this time.")


class TimesIncomplete(Refusal):
    code = "times_incomplete"
    text = _("Give a beginning and an end, or neither.")


class TimesReversed(Refusal):
    code = "times_reversed"
    text = _("A session ends after it begins.")


class TimesOverMidnight(Refusal):
    code = "times_over_midnight"
    text = _("A session lies within one day.")


class TimesNotWhole(Refusal):
    code = "times_not_whole"
    text = _("Times are whole minutes.")


class LegElsewhere(Refusal):
    code = "leg_elsewhere"
    text = _("This leg belongs to another cohort.")


class GroupElsewhere(Refusal):
    code = "group_elsewhere"
    text = _("This group belongs to another cohort.")


class NoPreparingLecture(Refusal):
    code = "no_preparing_lecture"
    text = _("Only another lecture of the same cohort can prepare a session.")


class SessionCancelled(Refusal):
    code = "session_cancelled"
    text = _("This session is cancelled. Take it up again before changing it.")


class CancelledWithChanges(Refusal):
    """The fields that came along each carry the text."""

    code = "cancelled_with_changes"
    text = _(
        "A session is cancelled alone: only a reason goes with it. Send changes by themselves."
    )


class SessionKept(Refusal):
    """Released sessions and those with marks stay: they can be cancelled."""

    code = "session_kept"
    text = _("People have already been told of this session. Cancel it instead of deleting it.")


class SessionHasVehicles(Refusal):
    code = "session_has_vehicles"
    text = _("Vehicles are planned for this transfer. Remove them first, or cancel the transfer.")


class SessionTwice(Refusal):
    """One batch says two things about one session. Facts: `sessions`, the ids."""

    code = "session_twice"
    text = _("A session stands in the batch twice.")


class WavesTooFew(Refusal):
    code = "waves_too_few"
    text = _("A session is split into two waves or more.")


class WavesNotWhole(Refusal):
    """Facts: `missing`, `twice`, `foreign`: names of groups without a wave, in several waves, and
    of those that do not attend at all."""

    code = "waves_not_whole"
    text = _("Every group of the audience belongs to exactly one wave.")


class PeopleWithoutGroup(Refusal):
    """Facts: `people`, how many."""

    code = "people_without_group"
    text = _("Some people are in no group and would be in no wave. Give them a group first.")


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    text = _("There is nothing of yours to undo.")


class NothingToRedo(Refusal):
    code = "nothing_to_redo"
    text = _("There is nothing to do again.")


class ChangedSince(Refusal):
    """Somebody else has changed what was to be taken back. Facts: `current`, the session now (None:
    deleted), `theirs`, `by` and `at` as with a stale write."""

    code = "changed_since"
    status = 409
    text = _("Somebody else has changed this since, so it stays as it is.")


class PartGone(Refusal):
    """Facts: `missing`, the ids by kind."""

    code = "part_gone"
    status = 409
    text = _("The session used something that has been removed since, so it stays as it is.")


class VenueNameTaken(Refusal):
    code = "venue_name_taken"
    text = _("This city already has a venue of this name.")


class OpeningHoursWrong(Refusal):
    """Facts: `problem`, the code of what is wrong."""

    code = "opening_hours_wrong"
    text = _("These opening hours cannot be.")


class WindowReversed(Refusal):
    code = "window_reversed"
    text = _("Each availability ends after it begins.")


class PlaceInUse(Refusal):
    code = "place_in_use"
    text = _("Training sessions use this; it cannot be removed.")


class JourneyToItself(Refusal):
    code = "journey_to_itself"
    text = _("A journey leads from one place to another.")


class MinutesWrong(Refusal):
    code = "minutes_wrong"
    text = _("A journey takes a whole number of minutes from 0 to 2880.")


class NeedsConsent(NotAllowed):
    """The change touches the leg of another host. Facts: `legs`, the ids of those to be asked."""

    code = "needs_consent"
    text = _("This touches the leg of another host. Propose the change to that host instead.")


class NothingProposed(Refusal):
    code = "nothing_proposed"
    text = _("The session is like this already: change something before you propose it.")


class NoConsentNeeded(Refusal):
    code = "no_consent_needed"
    text = _("This touches no leg but your own: you can change it yourself.")


class SeveralHostsTouched(Refusal):
    """Facts: `legs`."""

    code = "several_hosts_touched"
    text = _(
        "This touches the legs of several hosts. Propose one step for each, or ask the lead "
        "organizer."
    )


class AlreadyProposed(Refusal):
    code = "already_proposed"
    status = 409
    text = _("The very same change is proposed already and waits for its answer.")


class ProposalDecided(Refusal):
    """Answered or withdrawn meanwhile. Facts: `state`."""

    code = "proposal_decided"
    status = 409
    text = _("This proposal has been answered or withdrawn meanwhile.")


class ProposalOutdated(Refusal):
    """What was to be changed has changed since. Facts: `current` (the session now), `before` (as it
    was when proposed) and `proposed`."""

    code = "proposal_outdated"
    status = 409
    text = _(
        "The session has changed since this was proposed, in the very place that the proposal "
        "changes. Decline it and say what would suit."
    )


class ProposerLeft(Refusal):
    code = "proposer_left"
    text = _("Who proposed this no longer speaks for the other leg that it touches.")


class NotATransfer(Refusal):
    code = "not_a_transfer"
    text = _("Only transfers have vehicles.")


class TooFewSeats(Refusal):
    """Facts: `seats`, `people`, `missing`."""

    code = "too_few_seats"
    text = _("There are fewer seats than people.")

    @classmethod
    def of(cls, seats: int, people: int, *, field: str = "") -> "TooFewSeats":
        """With the figures in words too, at a field where there is one."""
        facts = {"seats": seats, "people": people, "missing": people - seats}
        message = gettext("%(seats)s seats for %(people)s people: %(missing)s too few.") % facts
        return cls(message, fields={field: message} if field else None, facts=facts)


class VehicleNameTaken(Refusal):
    code = "vehicle_name_taken"
    text = _("This transfer already has a vehicle of this name.")


class VehicleElsewhere(Refusal):
    code = "vehicle_elsewhere"
    text = _("This vehicle belongs to another transfer.")


class SeatBeyondVehicle(Refusal):
    """Facts: `seats`, the number of the last one."""

    code = "seat_beyond_vehicle"
    text = _("The vehicle has no seat of this number.")


class SeatTaken(Refusal):
    code = "seat_taken"
    status = 409
    text = _("Somebody else sits there.")


class NotAboard(Refusal):
    """Facts: `enrollments`, the ids."""

    code = "not_aboard"
    text = _("Somebody on the list does not take part in this transfer.")


class SeatedTwice(Refusal):
    """Facts: `enrollments`, the ids."""

    code = "seated_twice"
    text = _("Somebody is on the list twice: a person has one seat on a transfer.")


class HeadsCounted(Refusal):
    code = "heads_counted"
    text = _("Heads have been counted here already, so it stays on the list.")


class StopNowhere(Refusal):
    code = "stop_nowhere"
    text = _("A stop needs a venue or the name of a place.")


class NothingToAsk(Refusal):
    """Every session is asked for and answered as it stands."""

    code = "nothing_to_ask"
    text = _("There is nothing to ask: every session with a time has been answered.")


class NotTheirSession(Refusal):
    code = "not_their_session"
    text = _("This session does not concern this speaker or venue.")


class SlotWithoutTime(Refusal):
    code = "slot_without_time"
    text = _("Nobody can be asked for a session that is cancelled or has no time yet.")


class SlotStepRefused(Refusal):
    """Facts: `from`, `to`."""

    code = "slot_step"
    text = _("This step does not follow on the present state of the confirmation.")


class SlotOutdated(Refusal):
    """The session has been changed since it was asked for. Facts: `standing`."""

    code = "slot_outdated"
    status = 409
    text = _("The session has been changed since. The organizers will ask again.")


class AnswersClosed(Refusal):
    code = "answers_closed"
    text = _("Answers are taken until the day before. Call the organizers instead.")


class LinkDead(Refusal):
    """Expired, revoked, replaced."""

    code = "link_dead"
    text = _("This private link is no longer valid.")


class SlotTimesWrong(Refusal):
    """Facts: `problem`, the code of what is wrong."""

    code = "slot_times_wrong"
    text = _("These times cannot be.")


class SlotNotOver(Refusal):
    code = "slot_not_over"
    text = _("This session is not over yet.")


class NoTimesGiven(Refusal):
    code = "no_times_given"
    text = _("This speaker has named no times.")


class ClashUnknown(Refusal):
    """Solved meanwhile, or never there."""

    code = "clash_unknown"
    status = 404
    text = _("There is no such clash any more. Look at the current list.")


class ClashHard(Refusal):
    """Facts: `clash`, its code."""

    code = "clash_hard"
    text = _("A double booking cannot be accepted. Move one of the sessions.")


class ClashAlreadyAccepted(Refusal):
    """Facts: `reason`, the one it was accepted with."""

    code = "clash_already_accepted"
    status = 409
    text = _("Somebody has accepted this clash already.")


class AcceptanceReasonMissing(Refusal):
    """Empty, or longer than there is room for."""

    code = "acceptance_reason_missing"
    text = _("Say in at most 300 characters why this can stay as it is.")


class ClashNotAccepted(Refusal):
    code = "clash_not_accepted"
    status = 404
    text = _("Nobody has accepted this clash, or it is open again already.")


class RepairOutdated(Refusal):
    """What the repair was found for has changed, or something it uses is no more."""

    code = "repair_outdated"
    status = 409
    text = _("The timetable has changed since this repair was found. Look at what helps now.")


class NothingReleased(Refusal):
    code = "nothing_released"
    text = _("There is no release of the timetable yet.")


class SeatsTooFew(Refusal):
    """Facts: `people`, `seats`."""

    code = "seats_too_few"
    text = _("The hall has fewer seats than there are people.")


class CharactersUnprintable(Refusal):
    """Facts: `characters`, and `names` of those whom they belong to."""

    code = "characters_unprintable"
    text = _("Some characters cannot be printed.")


class FontsAway(Refusal):
    code = "fonts_missing"
    text = _("There is no font to print documents with. Ask the administrator.")


class DocumentParameterWrong(Refusal):
    """Facts: `parameter`."""

    code = "document_parameter_wrong"
    status = 400
    text = _("A document cannot be made like this.")
