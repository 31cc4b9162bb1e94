"""One file per aggregate."""

from participants.models.certificate import Certificate, CertificateCounter
from participants.models.enrollment import Enrollment, Group, RosterWords
from participants.models.logistics import (
    Hotel,
    LegLogistics,
    LogisticsForm,
    Room,
    RoomChange,
    RoomStay,
)
from participants.models.merges import FormerContact, NotSamePerson, PersonMerge
from participants.models.nomination import (
    Nomination,
    NominationConsent,
    NominationLink,
    NominationStep,
)
from participants.models.person import Consent, Person, SealedIdentity
from participants.models.privacy import (
    DataCopy,
    PrivacyRequest,
    PurgeEntry,
    RetentionHold,
    RetentionTerm,
)
from participants.models.roster_history import RosterPast
from participants.models.roster_import import ImportMapping, RosterImport
from participants.models.saved_views import DefaultView, SavedView
from participants.models.scheduled_exports import ExportFile, ScheduledExport

__all__ = [
    "Certificate",
    "CertificateCounter",
    "Consent",
    "DataCopy",
    "DefaultView",
    "Enrollment",
    "ExportFile",
    "FormerContact",
    "Group",
    "Hotel",
    "ImportMapping",
    "LegLogistics",
    "LogisticsForm",
    "Nomination",
    "NominationConsent",
    "NominationLink",
    "NominationStep",
    "NotSamePerson",
    "Person",
    "PersonMerge",
    "PrivacyRequest",
    "PurgeEntry",
    "RetentionHold",
    "RetentionTerm",
    "Room",
    "RoomChange",
    "RoomStay",
    "RosterImport",
    "RosterPast",
    "RosterWords",
    "SavedView",
    "ScheduledExport",
    "SealedIdentity",
]
