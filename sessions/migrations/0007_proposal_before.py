"""What stood in the place of a proposed change, so that a later change of it is noticed. The names
of a transfer's vehicles may be exchanged within one transaction.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0003_board_changes_slots_vehicles_consent")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="before",
            field=models.JSONField(default=dict, verbose_name="before"),
        ),
        migrations.RemoveConstraint(model_name="vehicle", name="vehicle_name_unique"),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(
                deferrable=models.Deferrable["DEFERRED"],
                fields=("training_session", "name"),
                name="vehicle_name_unique",
            ),
        ),
    ]
