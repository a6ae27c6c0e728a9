"""What the support team reads of people, organizations, their journal and their mails."""

from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    FIRST_ACCOUNT_NUMBER,
    AuditEvent,
    Membership,
    Organization,
    OutgoingMail,
    User,
    is_account_number,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that customers and nightly jobs write, and that staff only read."""

    list_per_page = 50
    show_full_result_count = False

    def changelist_view(self, request, extra_context=None):
        """Name the list by what it holds, rather than ask to select one."""
        name = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": name, **(extra_context or {})})

    @admin.display(description=_("organisme"), ordering="organization__name")
    def client(self, row):
        """The organization of a row, under its French name."""
        return row.organization

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class MembershipInline(admin.TabularInline):
    """Who works there."""

    model = Membership
    extra = 0
    fields = readonly_fields = ["user", "role", "is_active", "created_at"]
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("accounts.view_membership")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ["name", "account_number", "slug", "created_at"]
    search_fields = ["name", "=slug"]
    ordering = ["name"]
    inlines = [MembershipInline]
    fields = ["name", "account_number", "slug", "created_at"]
    readonly_fields = ["account_number"]

    @admin.display(description=_("compte nº"), ordering="pk")
    def account_number(self, organization):
        return organization.number

    def get_search_results(self, request, queryset, search_term):
        """Find by the account number that customers quote, too."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if is_account_number(term):
            found |= queryset.filter(pk=int(term) - FIRST_ACCOUNT_NUMBER)
        return found, may_repeat


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "last_login"]
    search_fields = ["=email", "last_name", "first_name"]
    list_filter = ["is_staff", "is_active"]
    ordering = ["email"]
    fields = ["email", "first_name", "last_name", "is_active", "is_staff", "last_login"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["person", "client", "role", "is_active", "created_at"]
    list_select_related = ["user", "organization"]
    list_filter = ["role", "is_active"]
    search_fields = ["=user__email", "user__last_name", "organization__name", "=organization__slug"]
    ordering = ["organization", "role"]

    @admin.display(description=_("personne"), ordering="user__last_name")
    def person(self, membership):
        return membership.user


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "client", "person", "action"]
    list_select_related = ["organization", "actor"]
    search_fields = ["action", "=organization__slug", "organization__name", "=actor__email"]
    ordering = ["-pk"]

    @admin.display(description=_("personne"))
    def person(self, event):
        return event.actor


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Which mails left; never their text, which may hold a link that opens an account."""

    list_display = ["created_at", "recipient", "subject", "mailed_at", "attempts"]
    list_filter = [("mailed_at", admin.EmptyFieldListFilter)]
    search_fields = ["=recipient", "subject", "=organization_number"]
    ordering = ["-created_at"]
    fields = ["recipient", "subject", "created_at", "mailed_at", "attempts", "last_error"]
