"""Forms about channels: a person's address and its code, an administrator's account and test."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from g60portal.accounts.models import ChannelUse
from g60portal.notices.channel_actions import CODE_DIGITS, AccountFacts
from g60portal.notices.channel_rules import LONGEST_ADDRESS
from g60portal.notices.choices import PERSONAL_CHANNELS, Channel
from g60portal.notices.models import ChannelAccount

LARGEST_PACE = 100_000
TEMPLATE_PARTS = 2
HINTS = {
    Channel.SMS: _("Your mobile number."),
    Channel.WECOM: _(
        "The webhook address of a robot in a WeCom group of your own: "
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
    ),
    Channel.DINGTALK: _(
        "The webhook address of a robot in a DingTalk group of your own, and after a blank its "
        "secret: https://oapi.dingtalk.com/robot/send?access_token=… SEC…"
    ),
    Channel.FEISHU: _(
        "The webhook address of a robot in a Feishu group of your own: "
        "https://open.feishu.cn/open-apis/bot/v2/hook/…"
    ),
    Channel.OTHER: _("The apprise address of ServerChan, PushDeer, Bark, ntfy or Lark: schan://…"),
}


class AddressForm(forms.Form):
    """One channel at a time; the address is judged by the action."""

    use = forms.ChoiceField(label=_("What is sent there"), choices=ChannelUse.choices)
    address = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = HINTS[Channel(channel)]
        if channel == Channel.SMS:
            self.fields["address"].widget.attrs |= {"autocomplete": "tel", "inputmode": "tel"}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code that was sent there"),
        max_length=CODE_DIGITS + 4,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AccountForm(forms.Form):
    """Of every channel on or off, pace and quiet hours; of the SMS gateway its address and key."""

    is_active = forms.BooleanField(label=_("In use"), required=False)
    url = forms.CharField(label=_("Address of the gateway"), max_length=500, required=False)
    key_id = forms.CharField(label=_("Key id"), max_length=120, required=False)
    secret = forms.CharField(
        label=_("Secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown. Left empty, the present one stays."),
    )
    templates = forms.CharField(
        label=_("Templates"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line: kind of notice, equals sign, template of the provider. * = all."),
    )
    per_minute = forms.IntegerField(
        label=_("At most a minute"),
        min_value=1,
        max_value=LARGEST_PACE,
        required=False,
        help_text=_("Left empty, there is no limit."),
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("What is not urgent waits for the end of the quiet hours."),
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel not in PERSONAL_CHANNELS:
            del self.fields["is_active"]
        if channel != Channel.SMS:
            for name in ("url", "key_id", "secret", "templates"):
                del self.fields[name]

    def clean_templates(self) -> dict[str, str]:
        lines = [line.strip() for line in self.cleaned_data["templates"].splitlines()]
        pairs = [[part.strip() for part in line.split("=", 1)] for line in lines if line]
        if any(len(pair) < TEMPLATE_PARTS or not all(pair) for pair in pairs):
            raise ValidationError(_("Write each line as kind = template."))
        return dict(pairs)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if bool(found.get("quiet_from")) != bool(found.get("quiet_until")):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end."))
        return found

    def facts(self) -> AccountFacts:
        found = {"is_active": True} | self.cleaned_data
        return AccountFacts(**found)


class ChannelTestForm(forms.Form):
    address = forms.CharField(
        label=_("Address for the test"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def present_facts(account: ChannelAccount | None) -> dict[str, Any]:
    """What the form shows of an account; never its secret."""
    if account is None:
        return {}
    lines = [f"{kind} = {template}" for kind, template in account.templates.items()]
    return {
        "is_active": account.is_active,
        "url": account.url,
        "key_id": account.key_id,
        "templates": "\n".join(lines),
        "per_minute": account.per_minute,
        "quiet_from": account.quiet_from,
        "quiet_until": account.quiet_until,
    }
