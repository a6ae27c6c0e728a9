from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_say_where_answers_go"),
        ("subscriptions", "0010_hold_the_organization_by_one_key"),
        ("support", "0003_the_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="request",
            name="state_of_kind",
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "plan_change"),
                        (
                            "state__in",
                            [
                                "accepted",
                                "applied",
                                "expired",
                                "handed_over",
                                "needs_details",
                                "new",
                                "priced",
                                "quoted",
                                "refused",
                                "withdrawn",
                            ],
                        ),
                    ),
                    models.Q(
                        ("kind", "option_interest"),
                        ("state__in", ["closed", "needs_details", "new", "refused", "withdrawn"]),
                    ),
                    models.Q(
                        ("kind", "contact"),
                        ("state__in", ["closed", "needs_details", "new", "refused", "withdrawn"]),
                    ),
                    models.Q(("kind", "task"), ("state__in", ["closed", "new"])),
                    _connector="OR",
                ),
                name="state_of_kind",
            ),
        ),
    ]
