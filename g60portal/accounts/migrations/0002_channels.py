import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("all", "every message"),
                            ("urgent", "only urgent messages that I have not confirmed"),
                        ],
                        default="urgent",
                        max_length=10,
                        verbose_name="use",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("ciphertext", models.BinaryField()),
                ("key_version", models.PositiveSmallIntegerField()),
                ("masked", models.CharField(max_length=60, verbose_name="address")),
                ("code_digest", models.CharField(blank=True, max_length=64)),
                ("code_sent_at", models.DateTimeField(blank=True, null=True)),
                ("code_attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "channel of a person",
                "verbose_name_plural": "channels of persons",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "channel"), name="channel_choice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("use__in", ["all", "urgent"])), name="channel_use_known"
                    ),
                ],
            },
        ),
    ]
