"""What is told to people and what they confirm: messages by hand, confirmations, templates."""

from django.urls import URLPattern, path

from sessions.views import (
    announcements,
    confirm_page,
    confirmations_read,
    my_confirming,
    notices,
    reminders,
)

_NOTICES = "console/cohorts/<str:code>/notices/"
_MESSAGES = _NOTICES + "messages/"
_MESSAGE = _MESSAGES + "<int:pk>/"
_CONFIRMATIONS = _NOTICES + "confirmations/<slug:what>/<int:key>/"

urlpatterns: list[URLPattern] = [
    path("confirm/<str:token>/", confirm_page.confirm_page, name="confirm-page"),
    path("my/changes/confirm/", my_confirming.confirm, name="my-changes-confirm"),
    path(_CONFIRMATIONS, confirmations_read.confirmation_list, name="confirmation-list"),
    path(
        _CONFIRMATIONS + "remind/",
        confirmations_read.confirmation_remind,
        name="confirmation-remind",
    ),
    path(_NOTICES + "progress/", notices.notice_progress, name="notice-progress"),
    path(_MESSAGES, announcements.announcement_list, name="announcement-list"),
    path(_MESSAGES + "new/", announcements.announcement_new, name="announcement-new"),
    path(_MESSAGE, announcements.announcement_detail, name="announcement-detail"),
    path(_MESSAGE + "edit/", announcements.announcement_edit, name="announcement-edit"),
    path(_MESSAGE + "mail/<int:seat>/", announcements.announcement_mail, name="announcement-mail"),
    path(_MESSAGE + "send/", announcements.announcement_send, name="announcement-send"),
    path(_MESSAGE + "approve/", announcements.announcement_approve, name="announcement-approve"),
    path(_MESSAGE + "return/", announcements.announcement_return, name="announcement-return"),
    path(_MESSAGE + "stop/", announcements.announcement_stop, name="announcement-stop"),
    path(_MESSAGE + "remove/", announcements.announcement_remove, name="announcement-remove"),
    path(_MESSAGE + "test/", announcements.announcement_test, name="announcement-test"),
    path(_NOTICES + "reminders/", reminders.reminder_list, name="reminder-list"),
]
api_urlpatterns: list[URLPattern] = []
