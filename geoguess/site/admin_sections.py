"""The admin's sidebar and index page: its tables grouped into sections by subject instead of by Django app."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

# section: {model label: (title, icon of Material Symbols)}
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Photos": {
        "pipeline.photo": ("Photos", "photo_library"),
        "pipeline.collection": ("Collections", "collections_bookmark"),
        "pipeline.rejection": ("Rejected files", "block"),
    },
    "Models": {
        "predictor.modelversion": ("Versions", "deployed_code"),
        "predictor.promotion": ("Promotions", "trophy"),
    },
    "Jobs": {"pipeline.job": ("Jobs", "manufacturing")},
    "Games": {
        "geoguess.game": ("Games", "pin_drop"),
        "geoguess.player": ("Players", "person_pin"),
        "geoguess.room": ("Rooms", "groups"),
        "geoguess.series": ("Series", "event_repeat"),
        "geoguess.lessonplan": ("Lesson plans", "school"),
    },
    "People": {
        "auth.user": ("Users", "person"),
        "auth.group": ("Groups", "group"),
        "account.emailaddress": ("Email addresses", "mail"),
        "auditlog.logentry": ("Changes", "history"),
    },
}
OTHER_ICON = "table"


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The tables that the user may see, in the format of the admin's app list; “More” has the rest."""
    tables = {
        table["model"]._meta.label_lower: table
        for app in admin.site.get_app_list(request)
        for table in app["models"]
        if table["admin_url"]
    }
    tables_by_section = {
        section: [
            tables.pop(label) | {"name": name, "icon": icon}
            for label, (name, icon) in labels.items()
            if label in tables
        ]
        for section, labels in SECTIONS.items()
    }
    tables_by_section["More"] = [table | {"icon": OTHER_ICON} for table in tables.values()]
    index = reverse("admin:index")
    return [
        {"name": name, "app_label": name.lower(), "app_url": index, "models": section_tables}
        for name, section_tables in tables_by_section.items()
        if section_tables
    ]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar's items: links to the site and the workshop, then the sections."""
    site = [
        {"title": "Workshop", "icon": "handyman", "link": reverse("workshop:home")},
        {"title": "The site", "icon": "public", "link": reverse("home"), "active": False},
    ]
    groups = [
        {
            "title": section["name"],
            "items": [
                {"title": table["name"], "icon": table["icon"], "link": table["admin_url"]}
                for table in section["models"]
            ],
        }
        for section in sections(request)
    ]
    return [{"items": site}, *groups]


def index_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the index page, which lists the sections in place of Django's apps."""
    return {**context, "app_list": sections(request)}
