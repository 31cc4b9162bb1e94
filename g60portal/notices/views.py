"""Pages of one's own messages and channels, and the administrator's page of all channels."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from g60portal.accounts.models import ChannelChoice, ChannelUse, User
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import Refusal
from g60portal.notices import channel_actions, inbox
from g60portal.notices.channel_kinds import CHANNEL_TEST
from g60portal.notices.choices import ALWAYS_ON, PERSONAL_CHANNELS, Channel
from g60portal.notices.forms import (
    AccountForm,
    AddressForm,
    ChannelTestForm,
    CodeForm,
    present_facts,
)
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import ChannelAccount, Notice

LATEST_TESTS = 5
# More digits than any row of the database has.
KEY_DIGITS = 19


@login_required
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """One's messages, newest first."""
    user = signed_in(request)
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < KEY_DIGITS
    page = inbox.inbox_page(user, before=int(before) if known else None)
    older = page.older_than and f"{reverse('message-list')}?before={page.older_than}"
    context = {"rows": page.rows, "unread": inbox.unread_count(user), "next_url": older}
    return render(request, "notices/message_list.html", context)


@login_required
@require_safe
def message_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One message, with the text as it would be sent now; opening it is reading it."""
    user = signed_in(request)
    notice = get_object_or_404(inbox.messages_of(user), uid=uid)
    inbox.mark_read(user=user, notice=notice)
    message = inbox.text_of(notice)
    context = {"notice": notice, "kind": kind_named(notice.kind).label, "message": message}
    return render(request, "notices/message_detail.html", context)


@login_required
@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    inbox.mark_read(user=signed_in(request))
    return redirect("message-list")


@login_required
@require_safe
def messages_unread(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the bell: asked for by script, so that no page pays for it."""
    answer = JsonResponse({"unread": inbox.unread_count(signed_in(request))})
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def own_channels(request: HttpRequest) -> HttpResponse:
    return _own_channels(request, {})


@login_required
@require_POST
def channel_add(request: HttpRequest, channel: str) -> HttpResponse:
    _known(channel)
    form = AddressForm(request.POST, channel=channel)
    if not form.is_valid():
        return _own_channels(request, {channel: form}, status=422)
    user = signed_in(request)
    try:
        channel_actions.add_channel(user=user, channel=channel, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("address", str(refusal.message))
        return _own_channels(request, {channel: form}, status=422)
    messages.success(request, _("A code is on its way there. Enter it here."))
    return redirect("own-channels")


@login_required
@require_POST
def channel_confirm(request: HttpRequest, channel: str) -> HttpResponse:
    _known(channel)
    form = CodeForm(request.POST)
    code = form.cleaned_data["code"] if form.is_valid() else ""
    user = signed_in(request)
    if channel_actions.confirm_channel(user=user, channel=channel, code=code):
        messages.success(request, _("The address is yours. Messages go there from now on."))
    else:
        messages.error(
            request,
            _("This is not the code, or it is too old. Add the address again for a new one."),
        )
    return redirect("own-channels")


@login_required
@require_POST
def channel_change(request: HttpRequest, channel: str) -> HttpResponse:
    """What is sent there, or that it comes first."""
    _known(channel)
    user = signed_in(request)
    try:
        if "first" in request.POST:
            channel_actions.put_first(user=user, channel=channel)
        else:
            use = request.POST.get("use", "")
            channel_actions.change_use(user=user, channel=channel, use=use)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("own-channels")


@login_required
@require_POST
def channel_remove(request: HttpRequest, channel: str) -> HttpResponse:
    _known(channel)
    channel_actions.remove_channel(user=signed_in(request), channel=channel)
    messages.success(request, _("Nothing is sent there any more."))
    return redirect("own-channels")


@login_required
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """All channels with what is set for them; for administrators."""
    _administrator(request)
    accounts = {row.channel: row for row in ChannelAccount.objects.all()}
    rows = [
        {
            "channel": channel,
            "account": accounts.get(channel),
            "on": channel in ALWAYS_ON or (channel in accounts and accounts[channel].is_active),
        }
        for channel in Channel
        if channel != Channel.INBOX
    ]
    return render(request, "notices/account_list.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, channel: str) -> HttpResponse:
    by = _administrator(request)
    if channel not in (*PERSONAL_CHANNELS, Channel.EMAIL):
        raise Http404
    account = ChannelAccount.objects.filter(channel=channel).first()
    if request.method != "POST":
        form = AccountForm(initial=present_facts(account), channel=channel)
        return _account_page(request, channel, form)
    form = AccountForm(request.POST, channel=channel)
    if not form.is_valid():
        return _account_page(request, channel, form, status=422)
    try:
        channel_actions.configure_channel(channel=channel, facts=form.facts(), by=by)
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return _account_page(request, channel, form, status=422)
    messages.success(request, _("The channel is saved."))
    return redirect("channel-account", channel)


@login_required
@require_POST
def account_test(request: HttpRequest, channel: str) -> HttpResponse:
    by = _administrator(request)
    if channel not in (*PERSONAL_CHANNELS, Channel.EMAIL):
        raise Http404
    try:
        address = request.POST.get("address", "")
        channel_actions.send_test(channel=channel, address=address, by=by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The test is on its way. What became of it stands below."))
    return redirect("channel-account", channel)


def _own_channels(
    request: HttpRequest, forms: dict[str, AddressForm], status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    choices = {row.channel: row for row in ChannelChoice.objects.filter(user=user)}
    active = set(ChannelAccount.objects.filter(is_active=True).values_list("channel", flat=True))
    offered = [channel for channel in PERSONAL_CHANNELS if channel in active or channel in choices]
    rows = [
        {
            "channel": channel,
            "choice": choices.get(channel),
            "form": forms.get(channel) or _address_form(channel, choices.get(channel)),
            "code_form": CodeForm(prefix=None, auto_id=f"id_{channel}_%s"),
            "offered": channel in active,
            "open": channel in forms,
        }
        for channel in sorted(offered, key=lambda word: _order(choices.get(word)))
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "uses": ChannelUse.choices,
        "language": dict(settings.LANGUAGES).get(user.language, user.language),
    }
    return render(request, "notices/own_channels.html", context, status=status)


def _address_form(channel: str, choice: ChannelChoice | None) -> Form:
    use = choice.use if choice else ChannelUse.URGENT
    return AddressForm(initial={"use": use}, channel=channel, auto_id=f"id_{channel}_%s")


def _order(choice: ChannelChoice | None) -> tuple[bool, int]:
    return choice is None, choice.position if choice else 0


def _account_page(
    request: HttpRequest, channel: str, form: AccountForm, status: int = 200
) -> HttpResponse:
    tests = Notice.objects.filter(kind=CHANNEL_TEST, channel=channel).order_by("-pk")
    context = {
        "channel": Channel(channel),
        "form": form,
        "test_form": ChannelTestForm() if channel in PERSONAL_CHANNELS else None,
        "tests": list(tests[:LATEST_TESTS]),
    }
    return render(request, "notices/account_edit.html", context, status=status)


def _known(channel: str) -> None:
    if channel not in PERSONAL_CHANNELS:
        raise Http404


def _administrator(request: HttpRequest) -> User:
    user = signed_in(request)
    if not user.is_superuser:
        raise PermissionDenied
    return user
