import time
import pytest
from datetime import date, timedelta
from accounts.models import Organization, Membership
from accounts.tenancy import staff_context
from learners.models import DailyCount
from subscriptions.models import *
from subscriptions import alerts
from django.db import connection, transaction
from django.utils import timezone
from tests import world

def test_scale(committed_db):
    N=5000
    with staff_context():
        seller=world.put_on_sale()
        u=world.person("Alice")
        orgs=Organization.objects.bulk_create([Organization(name=f"o{n}",slug=f"o{n}") for n in range(N)])
        Membership.objects.bulk_create([Membership(organization=o,user=u,role="owner") for o in orgs])
        subs=Subscription.objects.bulk_create([Subscription(organization=o,seller=seller,status="active",renews_on=date(2027,1,1)) for o in orgs])
        comp=world.plan("equipe").component
        Item.objects.bulk_create([Item(organization=s.organization,subscription=s,component=comp,kind="plan",starts_on=date(2025,1,1),opened_by="x") for s in subs])
        for d in range(60):
            DailyCount.objects.bulk_create([DailyCount(organization=o,counted_on=date(2026,1,1)+timedelta(days=d),count=100+o.pk%300,recorded_at=timezone.now()) for o in orgs])
    with connection.cursor() as c: pass
    for d in (58,59,59):
        t=time.perf_counter(); n=alerts.warn(on=date(2026,1,1)+timedelta(days=d)); print("warn", d, n, time.perf_counter()-t)
    with staff_context():
        DailyCount.objects.bulk_create([DailyCount(organization=o,counted_on=date(2026,3,3),count=(410 if o.pk%10==0 else 100+o.pk%300),recorded_at=timezone.now()) for o in orgs])
    t=time.perf_counter(); n=alerts.warn(on=date(2026,3,3)); print("warn crossing", n, time.perf_counter()-t)
