"""The nonce behind the address of a private link, and the place that a speaker was asked for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0007_proposal_before")]

    operations = [
        migrations.AddField(
            model_name="slotlink",
            name="nonce",
            field=models.CharField(default="", max_length=32, unique=True),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="slot",
            name="asked_venue",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="training_sessions.venue",
            ),
        ),
    ]
