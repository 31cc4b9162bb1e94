import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import g60portal.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_notice_after"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bounce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report_id", models.CharField(max_length=64)),
                ("is_hard", models.BooleanField()),
                ("status", models.CharField(blank=True, max_length=12)),
                ("reason", models.CharField(max_length=300)),
                ("received_at", models.DateTimeField(default=g60portal.common.clock.now)),
            ],
            options={
                "verbose_name": "bounce",
                "verbose_name_plural": "bounces",
            },
        ),
        migrations.CreateModel(
            name="BounceMailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("uid_validity", models.BigIntegerField(default=0)),
                ("last_uid", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "bounce mailbox",
                "verbose_name_plural": "bounce mailboxes",
            },
        ),
        migrations.CreateModel(
            name="ChannelAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("inbox", "inbox of the portal"),
                            ("sms", "text message"),
                            ("wecom", "WeCom robot"),
                            ("dingtalk", "DingTalk robot"),
                            ("feishu", "Feishu robot"),
                            ("other", "other service"),
                        ],
                        max_length=20,
                        unique=True,
                        verbose_name="channel",
                    ),
                ),
                ("is_active", models.BooleanField(default=False, verbose_name="in use")),
                (
                    "url",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="address of the gateway"
                    ),
                ),
                ("key_id", models.CharField(blank=True, max_length=120, verbose_name="key id")),
                ("ciphertext", models.BinaryField(blank=True, null=True)),
                ("key_version", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("templates", models.JSONField(blank=True, default=dict)),
                (
                    "per_minute",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="at most a minute"
                    ),
                ),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                (
                    "quiet_until",
                    models.TimeField(blank=True, null=True, verbose_name="quiet until"),
                ),
                ("allowance", models.FloatField(default=0)),
                ("allowance_at", models.DateTimeField(default=g60portal.common.clock.now)),
            ],
            options={
                "verbose_name": "channel account",
                "verbose_name_plural": "channel accounts",
            },
        ),
        migrations.RemoveIndex(
            model_name="notice",
            name="notice_open_due",
        ),
        migrations.AddField(
            model_name="notice",
            name="acknowledged_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="acknowledged"),
        ),
        migrations.AddField(
            model_name="notice",
            name="copy_of",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="copies",
                to="notices.notice",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="escalate_after",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="minutes until the next channel"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="needs_acknowledgement",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="asks for an acknowledgement"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="provider_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="notice",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="read"),
        ),
        migrations.AddField(
            model_name="notice",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False, verbose_name="urgent"),
        ),
        migrations.AlterField(
            model_name="notice",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "e-mail"),
                    ("inbox", "inbox of the portal"),
                    ("sms", "text message"),
                    ("wecom", "WeCom robot"),
                    ("dingtalk", "DingTalk robot"),
                    ("feishu", "Feishu robot"),
                    ("other", "other service"),
                ],
                default="email",
                max_length=20,
                verbose_name="channel",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending", "retrying"])),
                fields=["channel", "due_at"],
                name="notice_open_channel_due",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("copy_of__isnull", False)),
                fields=["copy_of"],
                name="notice_copy",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(
                    ("acknowledged_at__isnull", True),
                    ("escalate_after__isnull", False),
                    ("needs_acknowledgement", True),
                ),
                fields=["sent_at"],
                name="notice_unacknowledged",
            ),
        ),
        migrations.AddField(
            model_name="bounce",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bounces",
                to="notices.notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="bounce",
            constraint=models.UniqueConstraint(
                fields=("notice", "report_id"), name="bounce_counted_once"
            ),
        ),
    ]
