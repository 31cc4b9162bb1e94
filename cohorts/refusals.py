"""What the actions on cohorts refuse, by name. The texts are for people, the codes for programs."""

from django.utils.translation import gettext_lazy as _

from g60portal.common.refusals import Refusal


class CodeMalformed(Refusal):
    code = "code_malformed"
    text = _(
        "A code has capital letters and digits in parts joined by hyphens, such as G60-2026-01."
    )


class CodeTaken(Refusal):
    code = "code_taken"
    text = _("Another cohort already has this code.")


class CodeFixed(Refusal):
    code = "code_fixed"
    text = _("The code of a cohort never changes.")


class DatesReversed(Refusal):
    code = "dates_reversed"
    text = _("The last day lies before the first day.")


class WaitTooLong(Refusal):
    code = "wait_too_long"
    text = _("Messages cannot wait longer than an hour.")


class CohortClosed(Refusal):
    """Archived and cancelled cohorts stay as they are."""

    code = "cohort_closed"
    text = _("This cohort is closed; nothing in it can be changed any more.")


class ThresholdsWrong(Refusal):
    """Facts: `thresholds`, the text for each threshold."""

    code = "thresholds_wrong"
    text = _("A threshold has no usable value.")


class LegsOverlap(Refusal):
    """Facts: `legs`, the ids of the legs in the way."""

    code = "legs_overlap"
    text = _("Two legs of a cohort cannot share a day.")


class LegOutsideCohort(Refusal):
    code = "leg_outside_cohort"
    text = _("A leg lies within the days of its cohort.")


class LegInUse(Refusal):
    code = "leg_in_use"
    text = _("This leg still has training sessions. Move or delete them first.")


class SeatsNotPositive(Refusal):
    code = "seats_not_positive"
    text = _("A cohort has at least one seat.")


class QuotasAboveSeats(Refusal):
    """Facts: `quota_seats`, `seats`."""

    code = "quotas_above_seats"
    text = _("The quotas of the cities exceed the seats of the cohort.")


class QuotaTwice(Refusal):
    code = "quota_twice"
    text = _("A city is named twice.")


class RoleIncomplete(Refusal):
    code = "role_incomplete"
    text = _("This role needs to know for what it is given.")


class RoleAlreadyGiven(Refusal):
    code = "role_already_given"
    text = _("This person already has this role here.")


class LastLead(Refusal):
    code = "last_lead"
    text = _("A cohort keeps at least one lead organizer.")


class NoSuchMove(Refusal):
    """Facts: `state`, `target`."""

    code = "no_such_move"
    text = _("A cohort in this state cannot move there.")


class MoveNotReady(Refusal):
    """Facts: `reasons`, every reason with its code and text."""

    code = "move_not_ready"
    text = _("The cohort is not ready for this state.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    text = _("Say why: the reason is kept with the change.")


class CreditCodeWrong(Refusal):
    code = "credit_code_wrong"
    text = _("This is no unified social credit code.")


class CreditCodeTaken(Refusal):
    code = "credit_code_taken"
    text = _("Another organization already has this credit code.")


class OrganizationNameTaken(Refusal):
    code = "organization_name_taken"
    text = _("This city already has an organization of this name.")


class CityCodeTaken(Refusal):
    code = "city_code_taken"
    text = _("Another city already has this code.")


class SeatsInUse(Refusal):
    """Facts: `cities`, by code how many people are admitted there."""

    code = "seats_in_use"
    text = _("More people are admitted than this leaves seats.")


class NotEnoughSeats(Refusal):
    """Facts: `free`."""

    code = "not_enough_seats"
    text = _("There are not so many free seats to give.")


class SeatsGoNowhere(Refusal):
    code = "seats_go_nowhere"
    text = _("Seats go from a city to the pool, from the pool to a city, or between two cities.")


class SameOrganization(Refusal):
    code = "same_organization"
    text = _("These are not two organizations.")


class OrganizationMerged(Refusal):
    """Facts: `organization`, `survivor`."""

    code = "organization_merged"
    status = 409
    text = _("This organization has been merged into another one. Go on with that one.")


class OrganizationMergeInTheWay(Refusal):
    """Facts: `rows`, what there may be only one of."""

    code = "organization_merge_in_the_way"
    status = 409
    text = _("Something has to be settled before these two can be merged.")


class OrganizationMergeContradicted(Refusal):
    """Facts: `changed`, what was written since, or `constraint`."""

    code = "organization_merge_contradicted"
    status = 409
    text = _("This was changed since the merge, so it cannot be undone as a whole.")


class OrganizationUndoEnded(Refusal):
    """Facts: `until`."""

    code = "organization_undo_ended"
    status = 409
    text = _("A merge of organizations can be undone for 30 days.")
