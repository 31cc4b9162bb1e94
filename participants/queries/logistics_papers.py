"""What was written of allergies and special needs, sealed for its form. Who may open it is decided
by the caller."""

import json
from collections.abc import Mapping

from g60portal.common.keyring import portal_sealer
from participants.models import LogisticsForm

# Texts within the sealed value.
SEALED_TEXTS = ("allergy", "accessibility")


def logistics_seal_name(form: LogisticsForm) -> str:
    """What the texts of a form are bound to."""
    return f"logistics:{form.uid.hex}"


def sealed_texts(form: LogisticsForm, texts: Mapping[str, str]) -> bytes | None:
    """The column `sealed` for these texts; None when nothing is said."""
    said = {name: texts[name] for name in SEALED_TEXTS if texts.get(name)}
    if not said:
        return None
    text = json.dumps(said, ensure_ascii=False)
    sealed = portal_sealer().seal(text, logistics_seal_name(form))
    return b"%d:" % sealed.key_version + sealed.ciphertext


def opened_texts(form: LogisticsForm) -> dict[str, str]:
    """Both texts in clear, empty where nothing is said."""
    said: dict[str, str] = {}
    if form.sealed:
        version, _colon, ciphertext = bytes(form.sealed).partition(b":")
        opened = portal_sealer().unseal(ciphertext, int(version), logistics_seal_name(form))
        said = json.loads(opened)
    return {name: said.get(name, "") for name in SEALED_TEXTS}
