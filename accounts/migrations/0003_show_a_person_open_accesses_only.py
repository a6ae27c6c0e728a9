from django.db import migrations

from accounts.tenancy import PERSON


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_refuse_truncate_of_the_journal"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER POLICY own_rows ON accounts_membership "
            f"USING (user_id = {PERSON} AND is_active)",
            reverse_sql=f"ALTER POLICY own_rows ON accounts_membership USING (user_id = {PERSON})",
        ),
    ]
