"""The order by pinyin goes by syllable, tone and strokes; equal strokes as in the national table.

The keys of everybody are computed again; the triggers carry them over to the enrollments.
"""

from django.db import migrations

from participants.rules.derived_names import derived_names

_AT_ONCE = 500


def compute_keys(apps, schema_editor):
    persons = apps.get_model("participants", "Person").objects
    changed = []
    for person in persons.only("pk", "name", "latin_name").iterator(chunk_size=_AT_ONCE):
        names = derived_names(person.name, person.latin_name)
        person.pinyin_key, person.stroke_key = names.pinyin_key, names.stroke_key
        changed.append(person)
        if len(changed) == _AT_ONCE:
            persons.bulk_update(changed, ["pinyin_key", "stroke_key"])
            changed = []
    persons.bulk_update(changed, ["pinyin_key", "stroke_key"])


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0016_row_walls"),
    ]

    operations = [
        migrations.RunPython(compute_keys, migrations.RunPython.noop, elidable=True),
    ]
