"""What nominees are told before they agree, purpose by purpose, with the version of the words.

Whoever changes a text counts the version up: a consent says to which words it was given.
"""

from django.utils.translation import gettext_lazy as _

from participants.choices import ConsentPurpose

TEXT_VERSION = "2026-1"
# Of single texts that were changed since; whoever agreed to the older words is asked again.
CHANGED_VERSIONS: dict[str, str] = {}

CONSENT_TEXTS = {
    ConsentPurpose.PROCESSING: _(
        "I agree that the city that nominates me and the hosts of this cohort use my name, gender, "
        "employer, post, phone and e-mail to decide on my admission and to run the training."
    ),
    ConsentPurpose.IDENTITY: _(
        "I agree, separately, that my identity number and my portrait are stored encrypted or "
        "protected, and are used for insurance, lodging and entry to the sites visited only."
    ),
    ConsentPurpose.DIRECTORY: _(
        "I agree to be listed for the other participants with name, employer, post, city and group."
    ),
    ConsentPurpose.PHOTO: _(
        "I agree that photos of the training on which I am seen may be used in reports."
    ),
    ConsentPurpose.DIET: _(
        "I agree, separately, that what I say of my diet, allergies and special needs, which may "
        "tell of my health or my religion, is used by the hosts of this cohort to prepare meals, "
        "rooms and transport. Kitchens and hotels are told numbers, and names only where I have a "
        "special wish. Without this consent nothing of it is kept; when I take it back, it is "
        "deleted at once."
    ),
}
# Taken back with one click, with effect at once. The others carry the training itself: taking them
# back is a request for deletion.
WITHDRAWABLE = (ConsentPurpose.DIRECTORY, ConsentPurpose.PHOTO, ConsentPurpose.DIET)


def text_version(purpose: str) -> str:
    return CHANGED_VERSIONS.get(purpose, TEXT_VERSION)
