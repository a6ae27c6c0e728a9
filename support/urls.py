"""Where customers ask and follow."""

from django.urls import path

from support import views

urlpatterns = [
    path("compte/abonnement/formules/", views.plans, name="plans"),
    path(
        "compte/abonnement/formules/<slug:code>/demander/",
        views.ask_plan_change,
        name="ask-plan-change",
    ),
    path("compte/demandes/", views.requests, name="requests"),
    path("compte/demandes/<str:reference>/", views.request_page, name="request"),
    path("compte/demandes/<str:reference>/reponse/", views.reply, name="request-reply"),
    path("compte/demandes/<str:reference>/retrait/", views.withdraw, name="request-withdraw"),
    path("compte/demandes/<str:reference>/accord/", views.accept, name="quote-accept"),
    path("compte/demandes/<str:reference>/refus/", views.decline, name="quote-decline"),
    path("compte/demandes/<str:reference>/nouveau-devis/", views.ask_again, name="quote-again"),
    path("contact/", views.contact, name="contact"),
]
