"""Why a subscription is set aside, as staff read it."""

from django import template

from subscriptions.refusals import aside_text

register = template.Library()
register.filter("aside_text", aside_text)
