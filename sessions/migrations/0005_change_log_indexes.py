"""Indexes for reading the log by session and by act; the cohort's own is part of the feed's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0008_slot_nonce_and_place")]

    operations = [
        migrations.AlterField(
            model_name="sessionchange",
            name="cohort",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="session_changes",
                to="cohorts.cohort",
                verbose_name="cohort",
            ),
        ),
        migrations.RemoveIndex(model_name="sessionchange", name="session_change_of_author"),
        migrations.AddIndex(
            model_name="sessionchange",
            index=models.Index(
                fields=["cohort", "by", "role", "-id"], name="session_change_of_author"
            ),
        ),
        migrations.AddIndex(
            model_name="sessionchange",
            index=models.Index(
                fields=["session_id_then", "version"], name="session_change_of_session"
            ),
        ),
        migrations.AddIndex(
            model_name="sessionchange",
            index=models.Index(fields=["batch"], name="session_change_of_act"),
        ),
    ]
