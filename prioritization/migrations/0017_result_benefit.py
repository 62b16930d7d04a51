from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prioritization", "0016_score_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="scoreresult",
            name="benefit",
            field=models.FloatField(null=True),
        ),
    ]
