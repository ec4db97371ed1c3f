"""The table of a keyset list; `{% load keyset %}`."""

from typing import Any

from django import template
from django.template import Context
from unfold.templatetags.unfold_list import result_headers

from smplat.console.keyset_rows import write_rows

register = template.Library()


@register.inclusion_tag("console/keyset_table.html", takes_context=True)
def keyset_table(context: Context, changelist: Any) -> dict[str, Any]:
    """Headers and rows, or Unfold's words for an empty list."""
    return {
        "cl": changelist,
        "result_headers": list(result_headers(changelist)),
        "rows": list(write_rows(changelist)),
        "actions_row": context.get("actions_row"),
        "has_add_permission": changelist.model_admin.has_add_permission(context["request"]),
    }
