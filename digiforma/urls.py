"""Every address of the house, on one screen."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from digiforma import outbox, views
from digiforma.api import DocumentationView, UnknownResourceView
from options.api import OptionSubscriptionView, OptionsView
from subscriptions.api import SubscriptionView, UsageView
from support import api as support

REQUEST = "api/v1/requests/<slug:reference>/"
handler500 = "digiforma.views.server_error"
admin.site.login = secure_admin_login(admin.site.login)
admin.site.index = views.with_dashboard(admin.site.index)
admin.site.admin_view = views.without_nul(admin.site.admin_view)

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("learners.urls")),
    path("", include("subscriptions.urls")),
    path("", include("support.urls")),
    path("compte/abonnement/", views.my_subscription, name="my-subscription"),
    path("compte/abonnement/apprenants/", views.counted_learners, name="counted-learners"),
    path(
        "compte/abonnement/apprenants.csv",
        views.counted_learners_file,
        name="counted-learners-file",
    ),
    path("compte/abonnement/options/", include("options.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", DocumentationView.as_view(), name="api-documentation"),
    path("api/v1/subscription/", SubscriptionView.as_view(), name="api-subscription"),
    path("api/v1/usage/", UsageView.as_view(), name="api-usage"),
    path("api/v1/options/", OptionsView.as_view(), name="api-options"),
    path(
        "api/v1/options/<slug:slug>/subscription/",
        OptionSubscriptionView.as_view(),
        name="api-option-subscription",
    ),
    path("api/v1/requests/", support.RequestsView.as_view(), name="api-requests"),
    path(REQUEST, support.RequestView.as_view(), name="api-request"),
    path(
        f"{REQUEST}withdrawal/",
        support.WithdrawalView.as_view(),
        name="api-request-withdrawal",
    ),
    path(f"{REQUEST}messages/", support.MessagesView.as_view(), name="api-request-messages"),
    path(
        f"{REQUEST}attachments/",
        support.AttachmentsView.as_view(),
        name="api-request-attachments",
    ),
    path(f"{REQUEST}quote/", support.QuoteView.as_view(), name="api-quote"),
    path(
        f"{REQUEST}quote/acceptance/",
        support.AcceptanceView.as_view(),
        name="api-quote-acceptance",
    ),
    path(f"{REQUEST}quote/refusal/", support.RefusalView.as_view(), name="api-quote-refusal"),
    re_path(r"^api/", UnknownResourceView.as_view()),
    path("sante/", views.health, name="health"),
    path(
        "accessibilite/",
        TemplateView.as_view(template_name="digiforma/accessibility.html"),
        name="accessibility",
    ),
    path("interne/courriels/", outbox.index, name="outbox"),
    path("interne/courriels/<slug:name>/<int:position>/", outbox.message, name="outbox-message"),
    path("interne/courriels/<slug:name>/<int:position>/html/", outbox.body, name="outbox-html"),
    path("admin/abonnements/<int:pk>/simulation/", views.simulation, name="simulation"),
    path("admin/", admin.site.urls),
]
