"""The documents of a cohort: the list, each as a PDF, all of them in one file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort
from cohorts.permissions import may_see_cohort
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, enter
from g60portal.accounts.models import User
from g60portal.common.refusals import Refusal
from participants.views.documents import SANDBOX
from participants.views.people import ORDER_LABELS
from sessions.actions.document_bundles import ask_for_bundle
from sessions.actions.documents import note_printing
from sessions.documents.catalogue import (
    MOST_COLUMNS,
    MOST_ROWS,
    Document,
    Ground,
    Wish,
    character_word,
    document_named,
    documents_for,
    printed,
    unprintable_names,
)
from sessions.forms.documents import LANGUAGES, document_language, document_wish
from sessions.models import DocumentBundle
from sessions.queries.documents import (
    bundle_bytes,
    bundle_filename,
    bundle_of,
    document_filename,
    latest_bundle,
)
from sessions.queries.releases import latest_release

_LANGUAGE_NAMES = {"zh-hans": "中文", "en": "English"}


@login_required
@require_safe
def document_list(request: HttpRequest, code: str) -> HttpResponse:
    """Every document that this role may have. Unknown parameters fall back to the usual ones."""
    entry = enter(request, code, may_see_cohort)
    try:
        language, wish = _asked(request)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("document-list", code)
    unprintable = unprintable_names(entry.cohort, entry.standing)
    context = entry.context(
        "documents",
        documents=documents_for(entry.standing),
        released=latest_release(entry.cohort) is not None,
        query=urlencode({"language": language, "ordering": wish.ordering}),
        language=language,
        languages=[(key, _LANGUAGE_NAMES[key]) for key in LANGUAGES],
        ordering=wish.ordering,
        orders=ORDER_LABELS.items(),
        unprintable=[
            {"name": name, "characters": " ".join(map(character_word, characters))}
            for name, characters in unprintable.items()
        ],
        most_rows=MOST_ROWS,
        most_columns=MOST_COLUMNS,
        columns=wish.columns,
        **_bundle_context(latest_bundle(entry.cohort, entry.by), code),
    )
    return render(request, "sessions/document_list.html", context)


@login_required
@require_safe
def document_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """The PDF; what keeps it from being printed is said on the list."""
    entry = enter(request, code, may_see_cohort)
    document = _document_or_404(entry.standing, name)
    try:
        language, wish = _asked(request)
        return document_response(
            document, entry.cohort, entry.standing, wish, language, by=entry.by
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("document-list", code)


def document_response(
    document: Document,
    cohort: Cohort,
    standing: Standing,
    wish: Wish,
    language: str,
    *,
    by: User,
) -> HttpResponse:
    """The PDF for the page and for the API. Raises Refusal."""
    ground = Ground(cohort, standing, by.get_short_name(), wish)
    content = printed(document, ground, language)
    note_printing(cohort=cohort, documents=[document], standing=standing, by=by, reason=wish.reason)
    filename = document_filename(cohort, document, language, wish.ordering)
    return attachment(content, "application/pdf", filename)


@login_required
@require_POST
def bundle_new(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for everything in one file."""
    entry = enter(request, code, may_see_cohort)
    try:
        language, wish = document_language(request.POST.dict()), document_wish(request.POST.dict())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("document-list", code)
    names = [document.name for document in documents_for(entry.standing)]
    ask_for_bundle(
        cohort=entry.cohort,
        names=names,
        language=language,
        ordering=wish.ordering,
        by=entry.by,
    )
    query = urlencode({"language": language, "ordering": wish.ordering})
    return redirect(f"{reverse('document-list', args=[code])}?{query}#bundle")


@login_required
@require_safe
def bundle(request: HttpRequest, code: str, bundle_id: int) -> HttpResponse:
    """How far it is: the part alone for htmx, the whole page otherwise."""
    entry = enter(request, code, may_see_cohort)
    row = _bundle_or_404(entry, bundle_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('document-list', args=[code])}#bundle")
    return render(request, "sessions/_document_bundle.html", _bundle_context(row, code))


@login_required
@require_safe
def bundle_file(request: HttpRequest, code: str, bundle_id: int) -> HttpResponse:
    """The file for who asked for it, as long as the role still covers all that is in it."""
    entry = enter(request, code, may_see_cohort)
    row = _bundle_or_404(entry, bundle_id)
    allowed = {document.name for document in documents_for(entry.standing)}
    content = bundle_bytes(row) if allowed.issuperset(row.names) else None
    if content is None:
        raise Http404
    return attachment(content, "application/zip", bundle_filename(row))


def attachment(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """A download, never run in place, never kept on the way."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _asked(request: HttpRequest) -> tuple[str, Wish]:
    params = request.GET.dict()
    return document_language(params), document_wish(params)


def _bundle_context(row: DocumentBundle | None, code: str) -> dict[str, Any]:
    if row is None:
        return {"bundle": None}
    titles = {document.name: document.title for document in documents_for(Standing(lead=True))}
    return {
        "bundle": row,
        "poll_url": reverse("document-bundle", args=[code, row.pk]) if row.unfinished else "",
        "file_url": reverse("document-bundle-file", args=[code, row.pk]),
        "skipped": [(titles.get(name, name), text) for name, text in row.skipped.items()],
    }


def _document_or_404(standing: Standing, name: str) -> Document:
    document = document_named(name, standing)
    if document is None:
        raise Http404
    return document


def _bundle_or_404(entry: Entry, bundle_id: int) -> DocumentBundle:
    row = bundle_of(entry.cohort, entry.by, bundle_id)
    if row is None:
        raise Http404
    return row
