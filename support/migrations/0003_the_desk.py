import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.tenancy import STAFF_ROLE, SecureTenantTable

ANNOUNCED = ("support_busyseason", "support_deskmeasure")
STAFF_TABLES = ("support_cannedreply", "support_inboundmail", *ANNOUNCED)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_say_where_answers_go"),
        ("subscriptions", "0009_tell_limits_and_overruns"),
        ("support", "0002_refuse_truncate_of_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="fichier")),
                (
                    "media_type",
                    models.CharField(
                        help_text="Told from the content, not from what was claimed.",
                        max_length=100,
                        verbose_name="type",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="octets")),
                ("content", models.BinaryField(verbose_name="contenu")),
            ],
            options={
                "verbose_name": "pièce jointe",
                "verbose_name_plural": "pièces jointes",
            },
        ),
        migrations.CreateModel(
            name="BusySeason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="du")),
                ("last_on", models.DateField(help_text="Inclus.", verbose_name="au")),
                (
                    "working_days",
                    models.PositiveSmallIntegerField(
                        help_text="Le délai de réponse annoncé aux clients.",
                        verbose_name="jours ouvrés à prévoir",
                    ),
                ),
                (
                    "announced_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="annoncée le"),
                ),
            ],
            options={
                "verbose_name": "période chargée",
                "verbose_name_plural": "périodes chargées",
                "ordering": ["-first_on"],
            },
        ),
        migrations.CreateModel(
            name="CannedReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=80, unique=True, verbose_name="titre")),
                ("body", models.TextField(max_length=5000, verbose_name="texte")),
                ("rank", models.PositiveSmallIntegerField(default=100, verbose_name="rang")),
            ],
            options={
                "verbose_name": "réponse type",
                "verbose_name_plural": "réponses types",
                "ordering": ["rank", "title"],
            },
        ),
        migrations.CreateModel(
            name="DeskMeasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measured_on", models.DateField(unique=True, verbose_name="jour")),
                ("weeks", models.PositiveSmallIntegerField(help_text="How far back it looks.")),
                ("replies", models.PositiveIntegerField(verbose_name="premières réponses")),
                (
                    "reply_minutes",
                    models.PositiveIntegerField(null=True, verbose_name="délai médian de réponse"),
                ),
                ("completions", models.PositiveIntegerField(verbose_name="demandes terminées")),
                (
                    "completion_minutes",
                    models.PositiveIntegerField(
                        null=True, verbose_name="délai médian de mise en place"
                    ),
                ),
            ],
            options={
                "verbose_name": "mesure du support",
                "verbose_name_plural": "mesures du support",
                "ordering": ["-measured_on"],
            },
        ),
        migrations.CreateModel(
            name="InboundMail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "message_id",
                    models.CharField(
                        help_text="The mail's own; a mail sent twice is joined once.",
                        max_length=255,
                        unique=True,
                    ),
                ),
                ("sender", models.CharField(max_length=320, verbose_name="de")),
                ("recipient", models.CharField(blank=True, max_length=320, verbose_name="à")),
                ("subject", models.CharField(blank=True, max_length=255, verbose_name="objet")),
                ("text", models.TextField(blank=True, verbose_name="texte")),
                (
                    "raw",
                    models.BinaryField(
                        help_text="The whole mail as received, to read it again if admitted."
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("joined", "joint à la conversation"),
                            ("quarantined", "en quarantaine"),
                            ("dismissed", "écarté"),
                            ("ignored", "réponse automatique"),
                        ],
                        max_length=11,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="motif")),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="Of the request whose conversation.",
                        max_length=16,
                        verbose_name="demande",
                    ),
                ),
                ("received_at", models.DateTimeField(auto_now_add=True, verbose_name="reçu le")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="décidé le")),
            ],
            options={
                "verbose_name": "e-mail reçu",
                "verbose_name_plural": "e-mails reçus",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="quote",
            name="frozen",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="request",
            name="asked_once",
        ),
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[
                    ("page", "sur le site"),
                    ("mail", "par e-mail"),
                    ("phone", "au téléphone"),
                ],
                default="page",
                max_length=5,
                verbose_name="reçu",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="discount_percent",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                help_text="Off the plan's price.",
                max_digits=5,
                verbose_name="remise",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="discount_periods",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="From the first full period billed.",
                verbose_name="périodes remisées",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="discount_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="motif de la remise"),
        ),
        migrations.AddField(
            model_name="request",
            name="clock_from",
            field=models.DateTimeField(help_text="Since when the clock runs; or None.", null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="done_at",
            field=models.DateTimeField(null=True, verbose_name="terminée le"),
        ),
        migrations.AddField(
            model_name="request",
            name="done_minutes",
            field=models.PositiveIntegerField(
                help_text="Working time on the clock until then.", null=True
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="due_at",
            field=models.DateTimeField(
                help_text="None while the customer holds the ball, or done.",
                null=True,
                verbose_name="réponse due",
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="origin",
            field=models.ForeignKey(
                db_constraint=False,
                help_text="The interest it is a quote for, or the change that it corrects.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="support.request",
                verbose_name="suite de",
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="replied_at",
            field=models.DateTimeField(null=True, verbose_name="première réponse"),
        ),
        migrations.AddField(
            model_name="request",
            name="replied_minutes",
            field=models.PositiveIntegerField(help_text="Working time until then.", null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="waiting_since",
            field=models.DateTimeField(
                help_text="The clock stands still since then.",
                null=True,
                verbose_name="attend le client depuis",
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="worked_minutes",
            field=models.PositiveIntegerField(
                default=0, help_text="Working time on the clock before clock_from."
            ),
        ),
        migrations.AddField(
            model_name="requestevent",
            name="deed",
            field=models.CharField(
                choices=[
                    ("moved", "changement de statut"),
                    ("assigned", "assignation"),
                    ("interested", "intérêt signalé"),
                    ("reminded", "relance"),
                    ("called", "appel noté"),
                ],
                default="moved",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at", "id"],
                name="request_due",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("done_at__isnull", False)),
                fields=["done_at"],
                name="request_done",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quote",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."request_id" IS DISTINCT FROM (NEW."request_id") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."commitment" IS DISTINCT FROM (NEW."commitment") OR OLD."when" IS DISTINCT FROM (NEW."when") OR OLD."options" IS DISTINCT FROM (NEW."options") OR OLD."effective_on" IS DISTINCT FROM (NEW."effective_on") OR OLD."lines" IS DISTINCT FROM (NEW."lines") OR OLD."vat_totals" IS DISTINCT FROM (NEW."vat_totals") OR OLD."net_cents" IS DISTINCT FROM (NEW."net_cents") OR OLD."vat_cents" IS DISTINCT FROM (NEW."vat_cents") OR OLD."gross_cents" IS DISTINCT FROM (NEW."gross_cents") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."before_cents" IS DISTINCT FROM (NEW."before_cents") OR OLD."after_cents" IS DISTINCT FROM (NEW."after_cents") OR OLD."surcharge_cents" IS DISTINCT FROM (NEW."surcharge_cents") OR OLD."months" IS DISTINCT FROM (NEW."months") OR OLD."discount_percent" IS DISTINCT FROM (NEW."discount_percent") OR OLD."discount_periods" IS DISTINCT FROM (NEW."discount_periods") OR OLD."discount_reason" IS DISTINCT FROM (NEW."discount_reason") OR OLD."price_list_on" IS DISTINCT FROM (NEW."price_list_on") OR OLD."learners" IS DISTINCT FROM (NEW."learners") OR OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."priced_on" IS DISTINCT FROM (NEW."priced_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4ee396a1b3ca317bbebe627a54ccceb7cdaf6877",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_ef388",
                    table="support_quote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="request",
            trigger=pgtrigger.compiler.Trigger(
                name="asked_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."requester_id" IS DISTINCT FROM (NEW."requester_id") OR OLD."from_plan_id" IS DISTINCT FROM (NEW."from_plan_id") OR OLD."from_commitment" IS DISTINCT FROM (NEW."from_commitment") OR OLD."option_id" IS DISTINCT FROM (NEW."option_id") OR OLD."origin_id" IS DISTINCT FROM (NEW."origin_id") OR OLD."asked_on" IS DISTINCT FROM (NEW."asked_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f47bfef01327d61f5ccf188de8bcec2642920439",
                    operation="UPDATE",
                    pgid="pgtrigger_asked_once_698a0",
                    table="support_request",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("discount_percent", 0), ("discount_periods", 0), ("discount_reason", "")
                    ),
                    models.Q(
                        ("discount_percent__gt", 0),
                        ("discount_percent__lte", 100),
                        ("discount_periods__gte", 1),
                        models.Q(("discount_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="discount_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clock_from", None),
                    models.Q(("done_at", None), ("waiting_since", None)),
                    _connector="OR",
                ),
                name="clock_runs_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None), ("clock_from__isnull", False), _connector="OR"
                ),
                name="due_while_it_runs",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attachments",
                to="support.message",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="organization",
            field=models.ForeignKey(
                help_text="The tenant; in every unique key and composite foreign key.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="busyseason",
            name="announced_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="annoncée par",
            ),
        ),
        migrations.AddField(
            model_name="inboundmail",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="décidé par",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1), ("size__lte", 10485760)),
                name="attachment_bounds",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ced4becee843c010b1b24e0544e283ed624a25bb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_364e5",
                    table="support_attachment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate table %', TG_TABLE_NAME;",
                    hash="9af84d42ad0ad97015964ccaa0a4b5f34f714456",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_5042b",
                    table="support_attachment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="busyseason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_on__gte", models.F("first_on")),
                    ("working_days__gte", 1),
                    ("working_days__lte", 30),
                ),
                name="busy_season_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="busyseason",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            "first_on",
                            "last_on",
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    )
                ],
                name="one_busy_season_at_once",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                condition=models.Q(("status", "quarantined")),
                fields=["-received_at"],
                name="mail_quarantined",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="received_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."message_id" IS DISTINCT FROM (NEW."message_id") OR OLD."sender" IS DISTINCT FROM (NEW."sender") OR OLD."recipient" IS DISTINCT FROM (NEW."recipient") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."raw" IS DISTINCT FROM (NEW."raw"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="27f296f9c21906778b9b2f46ce3f870fb6b734e5",
                    operation="UPDATE",
                    pgid="pgtrigger_received_once_0e36b",
                    table="support_inboundmail",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="620679b52679c9f84d90fafa976e3cd81f38a29e",
                    operation="DELETE",
                    pgid="pgtrigger_kept_1d46f",
                    table="support_inboundmail",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inboundmail",
            trigger=pgtrigger.compiler.Trigger(
                name="never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate table %', TG_TABLE_NAME;",
                    hash="0fca46890ee674e10b9c1a7eb2f69893a6aad7fb",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_emptied_44fa3",
                    table="support_inboundmail",
                    when="BEFORE",
                ),
            ),
        ),
        SecureTenantTable("attachment"),
        migrations.RunSQL(
            "ALTER TABLE support_request ADD CONSTRAINT support_request_origin_id_tenant "
            "FOREIGN KEY (organization_id, origin_id) "
            "REFERENCES support_request (organization_id, id) DEFERRABLE INITIALLY DEFERRED",
            reverse_sql="ALTER TABLE support_request "
            "DROP CONSTRAINT support_request_origin_id_tenant",
        ),
        *[
            migrations.RunSQL(
                [
                    f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                    f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                    f"CREATE POLICY staff_rows ON {table} TO {STAFF_ROLE} "
                    "USING (true) WITH CHECK (true)",
                ],
                reverse_sql=migrations.RunSQL.noop,
            )
            for table in STAFF_TABLES
        ],
        # Customers read what the desk announces; staff write it.
        *[
            migrations.RunSQL(
                f"CREATE POLICY announced ON {table} FOR SELECT USING (true)",
                reverse_sql=migrations.RunSQL.noop,
            )
            for table in ANNOUNCED
        ],
    ]
