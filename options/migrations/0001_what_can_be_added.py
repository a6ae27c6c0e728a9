import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("subscriptions", "0001_first_stone")]

    operations = [
        migrations.CreateModel(
            name="Option",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("benefit", models.CharField(max_length=160, verbose_name="en une ligne")),
                ("opens", models.TextField(verbose_name="ce qu’elle ouvre")),
                (
                    "self_service",
                    models.BooleanField(
                        default=True,
                        help_text="Le possesseur souscrit seul. Sinon, sa demande va au support.",
                        verbose_name="libre-service",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        help_text="In the list, from 0.", verbose_name="rang"
                    ),
                ),
                (
                    "component",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offer",
                        to="subscriptions.component",
                    ),
                ),
            ],
            options={"verbose_name": "option", "verbose_name_plural": "options"},
        ),
    ]
