"""One file per aggregate."""

from participants.models.certificate import Certificate, CertificateCounter
from participants.models.enrollment import Enrollment, Group, RosterWords
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
from participants.models.roster_import import ImportMapping, RosterImport

__all__ = [
    "Certificate",
    "CertificateCounter",
    "Consent",
    "DataCopy",
    "Enrollment",
    "Group",
    "ImportMapping",
    "Nomination",
    "NominationConsent",
    "NominationLink",
    "NominationStep",
    "Person",
    "PrivacyRequest",
    "PurgeEntry",
    "RetentionHold",
    "RetentionTerm",
    "RosterImport",
    "RosterWords",
    "SealedIdentity",
]
