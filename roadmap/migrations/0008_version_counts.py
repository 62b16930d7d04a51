from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0007_shares_show_sizes")]

    operations = [
        migrations.AddField(
            model_name="version",
            name="feature_count",
            field=models.PositiveIntegerField(default=0, help_text="how many features the snapshot holds"),
        ),
        migrations.AddField(
            model_name="version",
            name="change_count",
            field=models.PositiveIntegerField(
                blank=True, help_text="how many things differ from the version before; None: there is none", null=True
            ),
        ),
    ]
