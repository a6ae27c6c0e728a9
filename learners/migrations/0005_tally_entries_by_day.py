import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from accounts.tenancy import SecureTenantTable

# As an index is built over the rows that are there: the owner reads them all for this statement,
# under the lock of ALTER TABLE, the triggers being laid.
TALLY_WHAT_IS_WRITTEN = """
    ALTER TABLE learners_enrollment NO FORCE ROW LEVEL SECURITY;
    INSERT INTO learners_entrytally (organization_id, counts_on, units)
    SELECT organization_id, counts_on, count(*) FROM learners_enrollment
     WHERE counted GROUP BY organization_id, counts_on;
    ALTER TABLE learners_enrollment FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_say_where_answers_go"),
        ("learners", "0004_keep_deposited_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="EntryTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("counts_on", models.DateField(verbose_name="comptent à partir du")),
                (
                    "units",
                    models.IntegerField(
                        help_text="Negative where fewer count.", verbose_name="inscriptions"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        help_text="The tenant; in every unique key and composite foreign key.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrées d’un jour",
                "verbose_name_plural": "entrées par jour",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrollment",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO learners_entrytally (organization_id, counts_on, units) SELECT organization_id, counts_on, count(*) FROM written WHERE counted GROUP BY organization_id, counts_on; RETURN NULL;",
                    hash="d6bb6dbda2939d22fb959140409ef6a513357ba3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_new_5c6b1",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="learners_enrollment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrollment",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO learners_entrytally (organization_id, counts_on, units) SELECT organization_id, counts_on, sum(units) FROM (SELECT organization_id, counts_on, 1 AS units FROM written WHERE counted UNION ALL SELECT organization_id, counts_on, -1 FROM former WHERE counted) AS change GROUP BY organization_id, counts_on HAVING sum(units) <> 0; RETURN NULL;",
                    hash="c0bb614804069e107528556c44ce927b8fe0679b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_changed_6eb07",
                    referencing="REFERENCING OLD TABLE AS former  NEW TABLE AS written ",
                    table="learners_enrollment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(TALLY_WHAT_IS_WRITTEN, reverse_sql=migrations.RunSQL.noop),
        SecureTenantTable("entrytally"),
        migrations.AddIndex(
            model_name="entrytally",
            index=models.Index(
                fields=["organization", "counts_on"], include=("units",), name="tallied_days"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrytally",
            trigger=pgtrigger.compiler.Trigger(
                name="kept_as_written",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6badb1b7d6ebc59e8f521b385f442d747a73abaf",
                    operation="UPDATE",
                    pgid="pgtrigger_kept_as_written_e3e68",
                    table="learners_entrytally",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrytally",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate table %', TG_TABLE_NAME;",
                    hash="f13446077029c2e8212c64bf815e16c060ffe5a3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_f49d3",
                    table="learners_entrytally",
                    when="BEFORE",
                ),
            ),
        ),
        # Autovacuum passes early, as over the enrolments: the sum of a day reads the index alone.
        migrations.RunSQL(
            "ALTER TABLE learners_entrytally SET ("
            "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)",
            reverse_sql="ALTER TABLE learners_entrytally RESET ("
            "autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)",
        ),
    ]
