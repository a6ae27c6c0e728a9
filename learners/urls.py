"""Sessions and learners, and where enrolments come in."""

from django.urls import path

from learners import learner_views, session_views, views

urlpatterns = [
    path("sessions/", session_views.index, name="sessions"),
    path("sessions/nouvelle/", session_views.add, name="session-add"),
    path("sessions/<int:session>/", session_views.session_page, name="session"),
    path("sessions/<int:session>/intitule/", session_views.rename, name="session-rename"),
    path("sessions/<int:session>/deplacer/", session_views.move, name="session-move"),
    path("sessions/<int:session>/annuler/", session_views.cancel, name="session-cancel"),
    path("sessions/<int:session>/retablir/", session_views.restore, name="session-restore"),
    path("sessions/<int:session>/inscrire/", session_views.enroll, name="session-enroll"),
    path("sessions/<int:session>/inscriptions/", session_views.pick, name="session-pick"),
    path("apprenants/", learner_views.index, name="learners"),
    path("apprenants/<int:learner>/", learner_views.learner_page, name="learner"),
    path("apprenants/<int:learner>/nom/", learner_views.rename, name="learner-rename"),
    path("apprenants/<int:learner>/fusionner/", learner_views.merge, name="learner-merge"),
    path("compte/imports/", views.imports, name="imports"),
    path("compte/imports/modele.csv", views.import_template, name="import-template"),
]
