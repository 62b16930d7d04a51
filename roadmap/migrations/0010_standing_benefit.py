from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0009_count_published_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="benefit",
            field=models.FloatField(
                help_text="0..100, the score without effort, which is the planner's value; None: effort weighs all",
                null=True,
            ),
        ),
    ]
