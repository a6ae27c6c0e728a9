from django.db import migrations, models

# The change stood at the end of the reason. The owner reads and writes all rows for this statement,
# under the lock of ALTER TABLE; NO FORCE and FORCE stand around it.
MOVE_OUT_OF_THE_REASON = r"""
    ALTER TABLE subscriptions_discount NO FORCE ROW LEVEL SECURITY;
    UPDATE subscriptions_discount
       SET opened_by = substring(reason FROM ' \[([^][]+)\]$'),
           reason = regexp_replace(reason, ' \[[^][]+\]$', '')
     WHERE reason ~ ' \[(pending [0-9]+|D-[0-9]{4}-[0-9]+ v[0-9]+)\]$';
    ALTER TABLE subscriptions_discount FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0010_hold_the_organization_by_one_key")]

    operations = [
        migrations.AddField(
            model_name="discount",
            name="opened_by",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The operation of the change it came with, if any.",
                max_length=80,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(MOVE_OUT_OF_THE_REASON, reverse_sql=migrations.RunSQL.noop),
    ]
