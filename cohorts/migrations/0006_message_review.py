import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0005_organization_merges")]

    operations = [
        migrations.AddField(
            model_name="cohort",
            name="message_needs_review",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="a message of the organizers needs a second person",
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="reminder_time",
            field=models.TimeField(
                db_default=datetime.time(19, 0),
                default=datetime.time(19, 0),
                verbose_name="time of the reminder on the evening before",
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="transfer_reminder_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                verbose_name="minutes before a transfer to remind of it",
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="escalate_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=15,
                default=15,
                verbose_name="minutes to confirm an urgent message",
            ),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Q(("transfer_reminder_minutes__range", (5, 240))),
                name="cohort_transfer_reminder_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Q(("escalate_minutes__range", (1, 720))),
                name="cohort_escalate_minutes",
            ),
        ),
    ]
