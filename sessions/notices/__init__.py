"""The kinds of notices that sessions sends, one module a kind."""

from g60portal.notices.kinds import Kind
from sessions.notices import (
    announcement,
    change_digest,
    confirmation_reminder,
    evening_reminder,
    itinerary_released,
    proposals,
    release_consent,
    slot_answered,
    slot_asked,
    slot_changed,
    transfer_reminder,
)

KINDS: tuple[Kind, ...] = (
    announcement.KIND,
    evening_reminder.KIND,
    itinerary_released.KIND,
    transfer_reminder.KIND,
    change_digest.KIND,
    confirmation_reminder.KIND,
    proposals.KIND_ASKED,
    proposals.KIND_ANSWERED,
    release_consent.KIND_ASKED,
    release_consent.KIND_ANSWERED,
    slot_asked.KIND,
    slot_changed.KIND,
    slot_answered.KIND,
)
