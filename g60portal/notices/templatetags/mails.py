"""Template filters of mails: user text that stays text."""

import re

from django import template

register = template.Library()

# Mail programs turn whatever looks like an address into a link. A word joiner (no width, no break)
# after the colon or the dot keeps the text readable and takes the link away.
_LINK_MARKS = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(?<=[A-Za-z0-9-])([.@])(?=[A-Za-z])")
_WORD_JOINER = "\N{WORD JOINER}"


@register.filter
def inert(text: object) -> str:
    """One line of user text in which nothing becomes a link. Escaping stays the template's."""
    return _LINK_MARKS.sub(rf"\g<0>{_WORD_JOINER}", " ".join(str(text).split()))
