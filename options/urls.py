"""The pages of one option, below « Mon abonnement »."""

from django.urls import path

from options import views

urlpatterns = [
    path("<slug:slug>/", views.option, name="option"),
    path("<slug:slug>/souscrire/", views.subscribe, name="option-subscribe"),
    path("<slug:slug>/arreter/", views.end, name="option-end"),
    path("<slug:slug>/garder/", views.keep, name="option-keep"),
    path("<slug:slug>/annuler/", views.undo, name="option-undo"),
]
