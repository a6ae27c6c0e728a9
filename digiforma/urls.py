"""Every address of the house, on one screen."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from digiforma import outbox, views

handler500 = "digiforma.views.server_error"
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("sante/", views.health, name="health"),
    path(
        "accessibilite/",
        TemplateView.as_view(template_name="digiforma/accessibility.html"),
        name="accessibility",
    ),
    path("interne/courriels/", outbox.index, name="outbox"),
    path("interne/courriels/<slug:name>/<int:position>/", outbox.message, name="outbox-message"),
    path("interne/courriels/<slug:name>/<int:position>/html/", outbox.body, name="outbox-html"),
    path("admin/", admin.site.urls),
]
