"""The site's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from geoguess.views import health, pages, play

urlpatterns = [
    path("", pages.home, name="home"),
    path("collections/<slug:slug>/cover", pages.cover, name="collection-cover"),
    path("play/", play.start, name="game-start"),
    path("g/<str:token>/", play.game, name="game"),
    path("g/<str:token>/summary/", play.summary, name="summary"),
    path("g/<str:token>/<int:number>/", play.round_page, name="round"),
    path("g/<str:token>/<int:number>/picture", play.picture, name="round-image"),
    path("g/<str:token>/<int:number>/draft", play.draft, name="round-draft"),
    path("g/<str:token>/<int:number>/guess", play.guess, name="round-guess"),
    path("g/<str:token>/<int:number>/result", play.result, name="round-result"),
    path("history/", pages.history, name="history"),
    path("about/", pages.words, {"page": "about"}, name="about"),
    path("attribution/", pages.words, {"page": "attribution"}, name="attribution"),
    path("responsible-use/", pages.words, {"page": "responsible-use"}, name="responsible-use"),
    path("health", health.health, name="health"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
