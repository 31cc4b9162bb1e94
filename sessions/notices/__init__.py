"""The kinds of notices that sessions sends, one module a kind."""

from g60portal.notices.kinds import Kind
from sessions.notices import (
    change_digest,
    itinerary_released,
    proposals,
    release_consent,
    slot_answered,
    slot_asked,
    slot_changed,
)

KINDS: tuple[Kind, ...] = (
    itinerary_released.KIND,
    change_digest.KIND,
    proposals.KIND_ASKED,
    proposals.KIND_ANSWERED,
    release_consent.KIND_ASKED,
    release_consent.KIND_ANSWERED,
    slot_asked.KIND,
    slot_changed.KIND,
    slot_answered.KIND,
)
