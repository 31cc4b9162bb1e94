import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import g60portal.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0006_message_review"),
        ("training_sessions", "0022_document_bundle"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False, verbose_name="urgent"),
        ),
        migrations.AddField(
            model_name="releaserequest",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False, verbose_name="urgent"),
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                (
                    "subject_en",
                    models.CharField(blank=True, max_length=200, verbose_name="English subject"),
                ),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
                (
                    "text_en",
                    models.TextField(blank=True, max_length=5000, verbose_name="English text"),
                ),
                ("audience", models.JSONField(blank=True, default=dict, verbose_name="audience")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in_review", "in review"),
                            ("scheduled", "scheduled"),
                            ("sent", "sent"),
                            ("stopped", "stopped"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("send_at", models.DateTimeField(blank=True, null=True, verbose_name="to be sent")),
                (
                    "review_note",
                    models.CharField(blank=True, max_length=300, verbose_name="note of the review"),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=g60portal.common.clock.now, verbose_name="written"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("told_count", models.PositiveIntegerField(default=0, verbose_name="people told")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="announcements",
                        to="cohorts.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "announcement",
                "verbose_name_plural": "announcements",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "scheduled")),
                        fields=["send_at"],
                        name="announcement_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in_review", "scheduled", "sent", "stopped"])
                        ),
                        name="announcement_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            ("send_at__isnull", False),
                            _connector="OR",
                        ),
                        name="announcement_scheduled_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReminderRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("evening", "the evening before"),
                            ("transfer", "before a transfer"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("happens_at", models.DateTimeField(verbose_name="happens")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("done", "done"),
                            ("void", "taken back"),
                            ("missed", "missed"),
                        ],
                        default="planned",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                ("told_count", models.PositiveIntegerField(default=0, verbose_name="people told")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminder_rounds",
                        to="cohorts.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "training_session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="training_sessions.trainingsession",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "planned")),
                        fields=["due_at"],
                        name="reminder_round_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort", "kind", "training_session", "happens_at"),
                        name="reminder_round_unique",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "done", "void", "missed"])),
                        name="reminder_round_state_known",
                    ),
                ],
            },
        ),
    ]
