"""Where enrolments come in."""

from django.urls import path

from learners import views

urlpatterns = [
    path("compte/imports/", views.imports, name="imports"),
    path("compte/imports/modele.csv", views.import_template, name="import-template"),
]
