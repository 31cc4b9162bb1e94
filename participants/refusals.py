"""What the actions on participants refuse, by name. The texts are for people, the codes for
programs.
"""

from django.utils.translation import gettext_lazy as _

from g60portal.common.refusals import Refusal


class NotInCohort(Refusal):
    """Facts: `enrollments`, the ids that do not belong to the cohort."""

    code = "not_in_cohort"
    text = _("Somebody named here is not enrolled in this cohort.")


class CertificateInForce(Refusal):
    """Facts: `enrollments`, the ids of those who hold a certificate already."""

    code = "certificate_in_force"
    text = _("Somebody named here already holds a certificate of this cohort.")


class NumbersTaken(Refusal):
    """Numbers consist of prefix, year, edition and serial; two cohorts may not share the first
    three."""

    code = "numbers_taken"
    text = _(
        "Another cohort already gives certificate numbers with this prefix, year and edition. "
        "Change the prefix or the edition of one of them."
    )


class CertificateNotInForce(Refusal):
    code = "certificate_not_in_force"
    status = 409
    text = _("This certificate is not in force any more.")


class PersonFactsWrong(Refusal):
    """What was said about a person cannot be true; every problem stands at its field."""

    code = "person_facts_wrong"
    text = _("Something said about this person cannot be right.")


class CohortFull(Refusal):
    """Facts: `seats`, `missing`."""

    code = "cohort_full"
    text = _("All seats of this cohort are taken.")


class QuotaFull(Refusal):
    """Facts: `cities`, by code how many people are over the quota."""

    code = "quota_full"
    text = _("The quota of this city is used up.")


class AlreadyEnrolled(Refusal):
    """Facts: `enrollment`, `seat`."""

    code = "already_enrolled"
    text = _("This person is already enrolled in this cohort.")


class PaperOfAnother(Refusal):
    code = "paper_of_another"
    text = _("This number belongs to somebody with another name. Compare it with the paper.")


class PossiblySame(Refusal):
    """Facts: `candidates`, the people with the same name and phone or employer."""

    code = "possibly_same"
    text = _(
        "Somebody with this name and phone or employer is already known. "
        "Say whether it is the same person."
    )


class NotSeated(Refusal):
    """Withdrawn and dismissed people keep their number, and nothing else."""

    code = "not_seated"
    text = _("This person does not hold a seat any more.")


class NoIdentity(Refusal):
    code = "no_identity"
    text = _("No identity paper is recorded for this person.")


class GroupNameTaken(Refusal):
    code = "group_name_taken"
    text = _("This cohort already has a group of this name.")


class GroupUnusable(Refusal):
    code = "group_unusable"
    text = _("A group needs a name of at most 60 characters.")


class GroupInUse(Refusal):
    code = "group_in_use"
    text = _("This group still has members or training sessions.")


class GroupCountWrong(Refusal):
    code = "group_count_wrong"
    text = _("The number of groups lies between 1 and the number of people.")


class RosterUnreadable(Refusal):
    """Facts: `headers`, the column names that were found."""

    code = "roster_unreadable"
    text = _("No row of column names was found. A roster needs at least the columns name and city.")


class RosterHasErrors(Refusal):
    """Nothing was imported. Facts: `rows`, what is wrong with each row."""

    code = "roster_has_errors"
    text = _("Nothing was imported: some rows need to be mended first.")


class RosterUndecided(Refusal):
    """Facts: `rows`, the rows that may be somebody already known."""

    code = "roster_undecided"
    text = _(
        "Nothing was imported: for some rows it must be decided "
        "whether the person is already known."
    )


class RosterMappingWrong(Refusal):
    """Facts: `fields`, the fields that a column may stand for."""

    code = "roster_mapping_wrong"
    text = _("This is no mapping of columns. Columns are named by their words or letters.")


class RosterColumnsOpen(Refusal):
    code = "roster_columns_open"
    status = 409
    text = _("First say what the columns of this file mean.")


class RosterMoved(Refusal):
    """Facts: `rows`, those with which something else would happen now."""

    code = "roster_moved"
    status = 409
    text = _(
        "Nothing was imported: people have been changed since the preview was made. "
        "Look at the preview again."
    )


class ImportNotApplied(Refusal):
    """Facts: `state`."""

    code = "import_not_applied"
    status = 409
    text = _("This file has not been imported, or the import has been undone.")


class UndoTooLate(Refusal):
    """Facts: `until`."""

    code = "undo_too_late"
    status = 409
    text = _("An import can be undone within a day.")


class ImportInUse(Refusal):
    """Facts: `uses`, each with the `kind` and name of what refers to people, and their seats."""

    code = "import_in_use"
    status = 409
    text = _("The import cannot be undone any more: people that it brought are in use.")


class RosterExpired(Refusal):
    code = "roster_expired"
    status = 409
    text = _("The uploaded file is not kept any more. Upload it again.")


class ColumnUnknown(Refusal):
    """Facts: `columns`, those that may be asked for."""

    code = "column_unknown"
    text = _("There is no such column.")


class RosterParameterWrong(Refusal):
    code = "roster_parameter_wrong"
    status = 400
    text = _("The address has a parameter that the roster does not know.")


class IdentityInvalid(PersonFactsWrong):
    """Among what cannot be right is the number of the identity paper."""

    code = "identity_invalid"
    text = _("The number of the identity paper cannot be right.")


class NominationIncomplete(Refusal):
    """What is missing stands at its field."""

    code = "nomination_incomplete"
    text = _("Something is missing before this nomination can be handed in.")


class NominationMove(Refusal):
    """Facts: `state`, `target`."""

    code = "no_such_move"
    text = _("A nomination in this state cannot go there.")


class NominationFixed(Refusal):
    """Facts: `state`."""

    code = "nomination_fixed"
    text = _("This nomination has been handed in. It must be sent back before it can be changed.")


class NominationsClosed(Refusal):
    """Facts: `state`, of the cohort."""

    code = "nominations_closed"
    text = _("This cohort takes no nominations any more.")


class NoQuota(Refusal):
    code = "no_quota"
    text = _("This city has no quota in this cohort.")


class DeadlinePassed(Refusal):
    """Facts: `deadline`."""

    code = "deadline_passed"
    text = _("The deadline of this city has passed. The lead organizer can still hand it in.")


class AlreadyNominated(Refusal):
    """Facts: `where` is `own_city` with `nomination`, or `another_city` and nothing more."""

    code = "already_nominated"
    text = _("This person has already been nominated for this cohort.")


class LinesUnusable(Refusal):
    """Facts: `lines`, each with its number, the name and what is wrong."""

    code = "lines_unusable"
    text = _("Nothing was saved: some lines need to be mended first.")


class OutOfTurn(Refusal):
    """Facts: `ahead`, how many of the city wait before."""

    code = "out_of_turn"
    text = _("Others of this city wait before. Say why this one goes first.")


class NotWaiting(Refusal):
    code = "not_waiting"
    text = _("This nomination is not on the waiting list.")


class ReplacementTooLate(Refusal):
    """Facts: `until`."""

    code = "replacement_too_late"
    text = _("The cohort has begun: only the lead organizer can still replace somebody.")


class SubstituteUnusable(Refusal):
    code = "substitute_unusable"
    text = _("A substitute comes from the same city and has no decision yet.")


class LinkDead(Refusal):
    """The same for links that never were, have expired, or were closed."""

    code = "link_dead"
    status = 404
    text = _("This link does not work, or not any more.")


class LinkFull(Refusal):
    """Facts: `limit`."""

    code = "link_full"
    text = _("This link has been used for as many people as it allows.")


class ConsentMissing(Refusal):
    code = "consent_missing"
    text = _("Without this consent the nomination cannot be handled.")


class AddressMissing(Refusal):
    code = "address_missing"
    text = _("There is no e-mail address to send the link to.")


class PhotoUnusable(Refusal):
    code = "photo_unusable"
    text = _("A photo is a JPEG or PNG picture of at most 5 MB and 40 megapixels.")


class RequestOpen(Refusal):
    """Facts: `request`."""

    code = "request_open"
    status = 409
    text = _("A request of this kind is being handled already.")


class WishMissing(Refusal):
    code = "wish_missing"
    text = _("Say what is wrong and what would be right.")


class RequestMove(Refusal):
    """Facts: `state`, `target`."""

    code = "no_such_step"
    status = 409
    text = _("A request in this state cannot go there.")


class AnswerMissing(Refusal):
    code = "answer_missing"
    text = _("Say why: the person reads it.")


class HoldInForce(Refusal):
    code = "hold_in_force"
    status = 409
    text = _("The data of this person are under a hold. Lift it first, or refuse with the reason.")


class CopyGone(Refusal):
    code = "copy_gone"
    status = 404
    text = _("This copy is not kept any more. Ask for a new one.")


class TermOutside(Refusal):
    """Facts: `shortest`, `longest`, in days after the end of the cohort."""

    code = "term_outside"
    text = _("This number of days lies outside the limits.")


class LogisticsWrong(Refusal):
    """Every problem stands at its field."""

    code = "logistics_wrong"
    text = _("Something in this form cannot be right.")


class LogisticsConsentMissing(Refusal):
    code = "consent_missing"
    text = _(
        "Diet, allergies and special needs are kept only with your consent. "
        "Agree below, or leave these fields empty."
    )


class NotOfLeg(Refusal):
    code = "not_of_leg"
    status = 404
    text = _("This leg belongs to another cohort, or you hold no seat in it.")


class NoLegInReach(Refusal):
    code = "no_leg_in_reach"
    text = _(
        "Lists of a leg are for its host from 30 days before it begins until 7 days after its end, "
        "and for the lead organizer at any time."
    )


class HotelUnusable(Refusal):
    code = "hotel_unusable"
    text = _("A hotel needs a name, and no other hotel of this leg may have the same one.")


class RoomsUnusable(Refusal):
    """Problems at `numbers`, `places`, `first_on`, `last_on`."""

    code = "rooms_unusable"
    text = _("These rooms cannot be added.")


class RoomInUse(Refusal):
    code = "room_in_use"
    status = 409
    text = _("Somebody sleeps in this room. Give these people another one first.")


class RoomFull(Refusal):
    """Facts: `room`, `places`, `nights` in which it would be too full."""

    code = "room_full"
    status = 409
    text = _("This room has no bed left in some of these nights.")


class RoomClosed(Refusal):
    """Facts: `room`, `first_on`, `last_on`."""

    code = "room_closed"
    text = _("The hotel does not keep this room in some of these nights.")


class RoomedTwice(Refusal):
    """Facts: `enrollments`."""

    code = "roomed_twice"
    status = 409
    text = _("Somebody named here has a bed elsewhere in one of these nights.")


class NightsMissing(Refusal):
    code = "nights_missing"
    text = _("Say from which night to which, the first not after the last.")


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    status = 409
    text = _("There is no assignment that could be taken back.")


class RoomsChanged(Refusal):
    code = "rooms_changed"
    status = 409
    text = _(
        "Somebody has moved these people since, so the assignment cannot be taken back. "
        "Move them by hand."
    )


class NothingMixed(Refusal):
    code = "nothing_mixed"
    status = 409
    text = _("There is nothing to accept in this room any more.")


class PostTaken(Refusal):
    code = "post_taken"
    status = 409
    text = _("Somebody else has this post. Take it from that person first.")


class LeaderWithoutGroup(Refusal):
    code = "leader_without_group"
    text = _("Only somebody who is in a group can lead it.")


class HistoryTooShort(Refusal):
    """Facts: `since`, the instant from which the history is kept."""

    code = "history_too_short"
    text = _("What the roster was on that day has not been written down. Choose a later first day.")


class ViewNameTaken(Refusal):
    code = "view_name_taken"
    status = 409
    text = _("You have a view of this name here already. Choose another name.")


class ViewUnusable(Refusal):
    code = "view_unusable"
    text = _("A view needs a name of at most 60 characters.")


class TooManyViews(Refusal):
    code = "too_many_views"
    text = _("You keep 50 views here, which is the most. Delete one first.")


class ScheduleUnusable(Refusal):
    """Fields say what is missing or wrong."""

    code = "schedule_unusable"
    text = _("This does not say when the file is wanted.")


class TooManySchedules(Refusal):
    code = "too_many_schedules"
    text = _("You have 20 regular files here, which is the most. Delete one first.")


class ScheduleEnded(Refusal):
    code = "schedule_ended"
    status = 409
    text = _("No further time is left for this file. Order it again.")


class SamePerson(Refusal):
    code = "same_person"
    text = _("These are not two persons.")


class PersonMerged(Refusal):
    """Facts: `person`, and `survivor` where that is known."""

    code = "person_merged"
    status = 409
    text = _("This person has been merged into another one. Go on with that one.")


class SeatsUndecided(Refusal):
    """Facts: `cohort`, `enrollments`."""

    code = "seats_undecided"
    status = 409
    text = _("Both hold a seat in one cohort. Say which seat stays; the other one is given free.")


class MergeOtherWay(Refusal):
    """Facts: `cohort`, `kept`: who has to remain."""

    code = "merge_other_way"
    status = 409
    text = _("Whoever keeps the seat has to remain. Merge the other way round.")


class MergeInTheWay(Refusal):
    """Facts: `conflicts`, each with its code and the rows it is about."""

    code = "merge_in_the_way"
    status = 409
    text = _("Something has to be settled before these two can be merged.")


class MergeContradicted(Refusal):
    """Facts: `changed`, what was written since, or `constraint`."""

    code = "merge_contradicted"
    status = 409
    text = _("This was changed since the merge, so it cannot be undone as a whole.")


class UndoEnded(Refusal):
    """Facts: `until`."""

    code = "undo_ended"
    status = 409
    text = _("A merge can be undone for 30 days, while its data have not been deleted.")


class SuspicionGone(Refusal):
    code = "suspicion_gone"
    status = 409
    text = _("Nothing says any more that these two are the same.")
