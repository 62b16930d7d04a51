import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0005_decision")]

    operations = [
        migrations.AlterField(
            model_name="objective",
            name="weight",
            field=models.FloatField(
                default=1,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1000000),
                ],
                verbose_name="weight",
            ),
        ),
    ]
