"""The ready answers in the admin: written by customer care and managers, read by all staff."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from support.canned_replies import VARIABLES, unknown
from support.models import CannedReply
from support.moves import staff
from support.workflow import CARE


class CannedReplyForm(forms.ModelForm):
    """A ready answer; a variable that does not exist is refused by its name."""

    class Meta:
        model = CannedReply
        fields = ["title", "body", "rank"]
        help_texts = {
            "title": gettext_lazy("Ce que l’équipe lit dans la liste des réponses types."),
            "rank": gettext_lazy("Les plus petits rangs viennent en premier."),
        }
        widgets = {
            "title": forms.TextInput(attrs={"class": "field"}),
            "body": forms.Textarea(attrs={"class": "field", "rows": 12}),
            "rank": forms.NumberInput(attrs={"class": "field", "min": 0, "max": 32_767}),
        }

    def clean_body(self) -> str:
        body = self.cleaned_data["body"]
        wrong = unknown(body)
        if wrong:
            raise forms.ValidationError(
                _("%(wrong)s n’est pas une variable. Variables : %(known)s.")
                % {"wrong": _braced(wrong), "known": _braced(VARIABLES)}
            )
        return body


def _braced(names) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


class CannedReplyAdmin(ReadOnlyAdmin):
    """Ready answers, in the order in which the desk offers them."""

    form = CannedReplyForm
    list_display = ["title", "rank"]
    search_fields = ["title", "body"]
    ordering = ["rank", "title"]
    actions = None

    def has_add_permission(self, request):
        return _may_write(request)

    def has_change_permission(self, request, obj=None):
        return _may_write(request)

    def render_change_form(self, request, context, **kwargs):
        """Show the variables beside the form; answer one filled in wrongly as what it is."""
        context |= {"variables": VARIABLES, "may_write": _may_write(request)}
        response = super().render_change_form(request, context, **kwargs)
        response.status_code = 422 if context["errors"] else 200
        return response


def _may_write(request) -> bool:
    return bool(staff(request.user) & CARE)
