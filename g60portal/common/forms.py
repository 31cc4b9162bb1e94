"""Forms and refusals meet here: an expected failure of an action becomes errors of the form.

No fields and no rules; what a form looks like stands in `templates/components`.
"""

from collections.abc import Callable

from django.forms import BaseForm

from g60portal.common.refusals import Refusal

UNPROCESSABLE = 422


def show_refusal(form: BaseForm, refusal: Refusal) -> None:
    """Put a refusal on the form: at its fields where the form has them, else on top."""
    if not refusal.fields:
        form.add_error(None, str(refusal.message))
    for name, text in refusal.fields.items():
        form.add_error(name if name in form.fields else None, str(text))


def form_status(form: BaseForm) -> int:
    """The HTTP status of a page that shows the form: 422 when it was sent and has errors."""
    return UNPROCESSABLE if form.is_bound and form.errors else 200


def carried_out(form: BaseForm, action: Callable[[], object]) -> bool:
    """Run the action when the form is valid. A refusal goes onto the form and answers False."""
    if not form.is_valid():
        return False
    try:
        action()
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    return True
