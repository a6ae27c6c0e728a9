from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_show_a_person_open_accesses_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="reply_to",
            field=models.EmailField(
                blank=True, help_text="Empty: the sender.", max_length=254, verbose_name="réponse à"
            ),
        ),
    ]
