"""The unified social credit code of an organization (GB 32100): form and check character."""

import re
import unicodedata
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from g60portal.common.value_problems import ValueProblem


class CreditCodeProblem(ValueProblem):
    """The text is no unified social credit code."""

    messages: ClassVar[dict[str, str | Promise]] = {
        "credit_code_length": _("A unified social credit code has 18 characters."),
        "credit_code_characters": _(
            "A unified social credit code has digits and capital letters, "
            "but never I, O, S, V or Z."
        ),
        "credit_code_check": _(
            "The check character does not fit. Please compare it with the license."
        ),
    }


def check_credit_code(raw: str) -> str:
    """The code in its normal form (half-width capitals, no spaces), or a CreditCodeProblem."""
    text = re.sub(r"[\s'’\-]", "", unicodedata.normalize("NFKC", raw)).upper()
    try:
        return uscc.validate(text)
    except InvalidLength:
        raise CreditCodeProblem("credit_code_length") from None
    except InvalidFormat:
        raise CreditCodeProblem("credit_code_characters") from None
    except (InvalidChecksum, ValidationError):
        raise CreditCodeProblem("credit_code_check") from None
