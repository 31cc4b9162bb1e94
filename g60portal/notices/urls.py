"""Pages of messages and channels."""

from django.urls import path

from g60portal.notices import views

urlpatterns = [
    path("my/messages/", views.message_list, name="message-list"),
    path("my/messages/read/", views.messages_read, name="messages-read"),
    path("my/messages/unread/", views.messages_unread, name="messages-unread"),
    path("my/messages/<uuid:uid>/", views.message_detail, name="message-detail"),
    path("my/channels/", views.own_channels, name="own-channels"),
    path("my/channels/<slug:channel>/", views.channel_add, name="own-channel-add"),
    path("my/channels/<slug:channel>/confirm/", views.channel_confirm, name="own-channel-confirm"),
    path("my/channels/<slug:channel>/change/", views.channel_change, name="own-channel-change"),
    path("my/channels/<slug:channel>/remove/", views.channel_remove, name="own-channel-remove"),
    path("console/channels/", views.account_list, name="channel-account-list"),
    path("console/channels/<slug:channel>/", views.account_edit, name="channel-account"),
    path("console/channels/<slug:channel>/test/", views.account_test, name="channel-account-test"),
]
