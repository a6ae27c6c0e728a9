"""Where people enter, leave, and choose an organization; French addresses for allauth's doors."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("connexion/", allauth_views.login, name="account_login"),
    path("connexion/inactif/", allauth_views.account_inactive, name="account_inactive"),
    path("deconnexion/", allauth_views.logout, name="account_logout"),
    path("mot-de-passe/oubli/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "mot-de-passe/oubli/envoye/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/enregistre/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("organismes/", views.organizations, name="organizations"),
]
