"""First letters of a name's syllables, for searching; and namesakes found by index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_certificate_render_and_revoke_kind")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="initials",
            field=models.CharField(blank=True, editable=False, max_length=60),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name"], name="person_name"),
        ),
    ]
