"""Addresses of the workshop, under /workshop/."""

from __future__ import annotations

from django.urls import path

from pipeline.workshop import home

app_name = "workshop"
urlpatterns = [
    path("", home.home, name="home"),
]
