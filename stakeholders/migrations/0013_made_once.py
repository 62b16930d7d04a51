import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0012_heaviest_weights")]

    operations = [
        migrations.CreateModel(
            name="Made",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("object_kind", models.CharField(help_text="the class of what was made", max_length=40)),
                ("object_id", models.BigIntegerField(help_text="of what was made", null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name_plural": "made"},
        ),
        migrations.AddConstraint(
            model_name="made",
            constraint=models.UniqueConstraint(fields=("by", "digest"), name="one_thing_a_form"),
        ),
    ]
