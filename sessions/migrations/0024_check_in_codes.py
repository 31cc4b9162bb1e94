import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0004_quota_admitted_and_moves"),
        ("participants", "0012_roster_order"),
        ("training_sessions", "0023_acknowledgements"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckInCodeVersion",
            fields=[
                (
                    "enrollment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="participants.enrollment",
                        verbose_name="participant",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
            ],
            options={
                "verbose_name": "version of a check-in code",
                "verbose_name_plural": "versions of check-in codes",
            },
        ),
        migrations.CreateModel(
            name="OwnLook",
            fields=[
                (
                    "enrollment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="participants.enrollment",
                        verbose_name="participant",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="participants.group",
                        verbose_name="group",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="training_sessions.release",
                        verbose_name="release",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a release",
                "verbose_name_plural": "looks at releases",
            },
        ),
        migrations.CreateModel(
            name="DutyContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("duty", models.CharField(max_length=40, verbose_name="duty")),
                ("name", models.CharField(max_length=60, verbose_name="name of who answers")),
                ("phone", models.CharField(max_length=20, verbose_name="telephone")),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cohorts.cohort",
                        verbose_name="cohort",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact on duty",
                "verbose_name_plural": "contacts on duty",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort", "phone"), name="duty_contact_once"
                    )
                ],
            },
        ),
    ]
