from django.db import migrations

HEAVIEST = 1_000_000


def lower(apps, schema_editor):
    """Give what weighs more than can be counted the most that can: beside it every other vote weighed nothing before, too."""
    for name in ('Seat', 'Department', 'Invitation'):
        apps.get_model('stakeholders', name).objects.filter(weight__gt=HEAVIEST).update(weight=HEAVIEST)


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0010_tries'),
    ]

    operations = [
        migrations.RunPython(lower, migrations.RunPython.noop),
    ]
