"""Refusals of the API as application/problem+json, answered and documented the same way."""

import logging
import re
import secrets
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from digiforma.strict_json import TooLarge
from learners.gate import EnrollmentRefused

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

TITLES = {
    400: gettext_lazy("La demande n’est pas valide."),
    401: gettext_lazy("Connectez-vous pour utiliser l’API."),
    403: gettext_lazy("Votre rôle ne permet pas cette action."),
    404: gettext_lazy("Cette ressource n’existe pas."),
    405: gettext_lazy("Cette méthode n’est pas proposée ici."),
    406: gettext_lazy("L’API répond en JSON."),
    409: gettext_lazy("La demande ne correspond plus à l’état actuel."),
    410: gettext_lazy("Ce qui est demandé n’est plus valable."),
    413: gettext_lazy("La demande est trop volumineuse."),
    415: gettext_lazy("Envoyez du JSON : Content-Type: application/json."),
    429: gettext_lazy("Trop de demandes : patientez avant de réessayer."),
}
DOCUMENTED = (400, 401, 403, 404, 409)
DOCUMENTED_WITH_BODY = (413, 415)


class EnrollmentsClosed(exceptions.APIException):
    """More learners are counted than the plan holds, and the grace is over (R20)."""

    status_code = status.HTTP_409_CONFLICT
    default_code = EnrollmentRefused.code


class FieldProblemSerializer(serializers.Serializer):
    """One thing wrong, and where."""

    field = serializers.CharField(allow_null=True, help_text="Null : la demande entière.")
    code = serializers.CharField(help_text="Stable, pour les programmes.")
    message = serializers.CharField(help_text="En français, pour les personnes.")


class ProblemSerializer(serializers.Serializer):
    """A refusal (RFC 9457)."""

    type = serializers.CharField(help_text="urn:digiforma:problem: suivi du code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, pour les programmes.")
    errors = FieldProblemSerializer(many=True)
    request_id = serializers.CharField(help_text="À donner au support.")


def problem_response(error: Exception, context: dict) -> Response | None:
    """Return the answer to an expected refusal; None lets a failure go up and be logged."""
    refusal = _refusal(error)
    if refusal is None:
        return None
    if not getattr(refusal, "keeps_what_was_told", False):
        set_rollback()
    problem = _problem(refusal, context["request"])
    logger.info("Refused %(status)s %(code)s, request %(request_id)s", problem)
    return Response(
        problem,
        status=problem["status"],
        content_type=MEDIA_TYPE,
        headers=_headers(refusal, problem["status"]),
    )


def _refusal(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge(_("Le corps de la requête est trop volumineux."))
    if isinstance(error, EnrollmentRefused):
        return EnrollmentsClosed(str(error))
    return error if isinstance(error, exceptions.APIException) else None


def _problem(refusal: exceptions.APIException, request) -> dict:
    code = _status(refusal)
    errors = list(_errors(refusal))
    codes = {error["code"] for error in errors}
    name = codes.pop() if len(codes) == 1 else "invalid"
    return {
        "type": f"urn:digiforma:problem:{name}",
        "title": str(TITLES.get(code, refusal.default_detail)),
        "status": code,
        "code": name,
        "errors": errors,
        "request_id": _request_id(request),
    }


def _status(refusal: exceptions.APIException) -> int:
    """Say 401 to whoever is not signed in: a session has no challenge, so DRF would say 403."""
    if isinstance(refusal, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return status.HTTP_401_UNAUTHORIZED
    return refusal.status_code


def _errors(refusal: exceptions.APIException) -> Iterator[dict]:
    if isinstance(refusal, exceptions.PermissionDenied) and "CSRF" in str(refusal.detail):
        message = _("Le jeton CSRF manque ou n’est plus valable : rechargez la page.")
        yield {"field": None, "code": "csrf_failed", "message": message}
        return
    yield from _flattened(refusal.get_full_details(), path=())


def _flattened(details, *, path: tuple[str, ...]) -> Iterator[dict]:
    """Walk DRF's details, `{"a": [{"message": …, "code": …}]}`, to one line for each error."""
    if isinstance(details, list):
        for index, member in enumerate(details):
            is_error = isinstance(member, dict) and set(member) == {"message", "code"}
            yield from _flattened(member, path=path if is_error else (*path, str(index)))
    elif set(details) == {"message", "code"} and not isinstance(details["message"], dict | list):
        field = ".".join(path) or None
        yield {"field": field, "code": details["code"], "message": str(details["message"])}
    else:
        for name, member in details.items():
            step = () if name == "non_field_errors" else (str(name),)
            yield from _flattened(member, path=(*path, *step))


def _request_id(request) -> str:
    """Return the caller's own X-Request-ID when it is plain, else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _headers(refusal: exceptions.APIException, code: int) -> dict:
    headers = {}
    if code == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Session"
    if getattr(refusal, "wait", None):
        headers["Retry-After"] = str(int(refusal.wait))
    return headers


class ProblemSchema(AutoSchema):
    """Document beside each success the refusals that this API answers with."""

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        with_body = self.method in {"POST", "PUT", "PATCH"}
        for code in DOCUMENTED + (DOCUMENTED_WITH_BODY if with_body else ()):
            bodies.setdefault(str(code), self._problem_body(code))
        return bodies

    def _problem_body(self, code: int) -> dict:
        component = self.resolve_serializer(ProblemSerializer, "response")
        return {
            "content": {MEDIA_TYPE: {"schema": component.ref}},
            "description": str(TITLES[code]),
        }
