"""One file per aggregate."""

from sessions.models.announcement import Announcement
from sessions.models.attendance import Attendance
from sessions.models.check_in_code import CheckInCodeVersion
from sessions.models.clash_acceptance import ClashAcceptance
from sessions.models.completion import CompletionRun, Verdict
from sessions.models.document_bundle import DocumentBundle
from sessions.models.duty_contact import DutyContact
from sessions.models.own_look import OwnLook
from sessions.models.proposal import Proposal
from sessions.models.release import Release, ReleasedGroup, ReleasedSession
from sessions.models.release_request import ReleaseConsent, ReleaseRequest
from sessions.models.reminder_round import ReminderRound
from sessions.models.session_change import SessionChange
from sessions.models.slot import Slot, SlotLink
from sessions.models.speaker import Speaker, SpeakerWindow
from sessions.models.training_session import SessionAudience, SessionSpeaker, TrainingSession
from sessions.models.vehicle import HeadCount, Vehicle, VehicleSeat, VehicleStop
from sessions.models.venue import CityTravel, Venue, VenueTravel

__all__ = [
    "Announcement",
    "Attendance",
    "CheckInCodeVersion",
    "CityTravel",
    "ClashAcceptance",
    "CompletionRun",
    "DocumentBundle",
    "DutyContact",
    "HeadCount",
    "OwnLook",
    "Proposal",
    "Release",
    "ReleaseConsent",
    "ReleaseRequest",
    "ReleasedGroup",
    "ReleasedSession",
    "ReminderRound",
    "SessionAudience",
    "SessionChange",
    "SessionSpeaker",
    "Slot",
    "SlotLink",
    "Speaker",
    "SpeakerWindow",
    "TrainingSession",
    "Vehicle",
    "VehicleSeat",
    "VehicleStop",
    "Venue",
    "VenueTravel",
    "Verdict",
]
