"""The API's own doors: its documentation from our static files, the answer to wrong addresses."""

from django.http import Http404
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.views import APIView


class DocumentationView(SpectacularSwaggerSplitView):
    """Swagger UI under the strict policy: no inline style, no inline script."""

    template_name = "digiforma/api_documentation.html"


class UnknownResourceView(APIView):
    """Any other address below /api/: a problem in JSON, not a page."""

    schema = None

    def initial(self, request, *args, **kwargs):
        raise Http404
