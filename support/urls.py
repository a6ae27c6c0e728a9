"""Where customers ask and follow."""

from django.urls import path

from support import contact_views, quote_views, request_views, views, webhooks

urlpatterns = [
    path("compte/abonnement/formules/", views.plans, name="plans"),
    path(
        "compte/abonnement/formules/<slug:code>/demander/",
        views.ask_plan_change,
        name="ask-plan-change",
    ),
    path("compte/demandes/", request_views.requests, name="requests"),
    path("compte/demandes/<slug:reference>/", request_views.request_page, name="request"),
    path(
        "compte/demandes/<slug:reference>/pieces/<int:attachment>/",
        request_views.attachment,
        name="request-attachment",
    ),
    path("compte/demandes/<slug:reference>/reponse/", request_views.reply, name="request-reply"),
    path(
        "compte/demandes/<slug:reference>/retrait/", request_views.withdraw, name="request-withdraw"
    ),
    path("compte/demandes/<slug:reference>/accord/", request_views.accept, name="quote-accept"),
    path("compte/demandes/<slug:reference>/refus/", request_views.decline, name="quote-decline"),
    path(
        "compte/demandes/<slug:reference>/nouveau-devis/",
        request_views.ask_again,
        name="quote-again",
    ),
    path("compte/demandes/<slug:reference>/facons/", quote_views.ways, name="request-ways"),
    path("anymail/<slug:provider>/inbound/", webhooks.inbound, name="inbound-mail"),
    path(
        "compte/demandes/<slug:reference>/devis/<int:version>.pdf",
        quote_views.version_file,
        name="quote-file",
    ),
    path("contact/", contact_views.contact, name="contact"),
    path("contact/envoye/", contact_views.contact_sent, name="contact-sent"),
]
