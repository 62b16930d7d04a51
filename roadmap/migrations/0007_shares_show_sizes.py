from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0006_objective_weight_bounds")]

    operations = [
        migrations.RenameField(model_name="sharelink", old_name="shows_scores", new_name="shows_sizes"),
        migrations.AlterField(
            model_name="sharelink",
            name="shows_sizes",
            field=models.BooleanField(
                default=False,
                help_text="of features and releases, and the rank; no score or vote",
                verbose_name="show sizes and capacity",
            ),
        ),
    ]
