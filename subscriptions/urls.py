"""Where customers read their documents."""

from django.urls import path

from subscriptions import views

urlpatterns = [
    path("compte/factures/", views.invoices, name="invoices"),
    path("compte/factures/<str:number>/", views.invoice, name="invoice"),
]
