"""Sessions and learners, and where enrolments come in."""

from django.urls import path

from learners import import_views, learner_views, session_views

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
    path("compte/imports/", import_views.index, name="imports"),
    path("compte/imports/modele.csv", import_views.template, name="import-template"),
    path("compte/imports/<int:deposited>/", import_views.show, name="import"),
    path("compte/imports/<int:deposited>/colonnes/", import_views.match, name="import-columns"),
    path("compte/imports/<int:deposited>/importer/", import_views.confirm, name="import-confirm"),
    path("compte/imports/<int:deposited>/abandonner/", import_views.abandon, name="import-abandon"),
    path(
        "compte/imports/<int:deposited>/erreurs.csv",
        import_views.bad_lines,
        name="import-bad-lines",
    ),
]
