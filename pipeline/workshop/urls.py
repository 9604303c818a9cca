"""Addresses of the workshop, under /workshop/."""

from __future__ import annotations

from django.urls import path

from pipeline.workshop import home, jobs, schedules

app_name = "workshop"
urlpatterns = [
    path("", home.home, name="home"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/workers", jobs.workers, name="job-workers"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/<slug:name>/", schedules.new, name="schedule-new"),
    path("schedules/<int:pk>/", schedules.change, name="schedule"),
    path("schedules/<int:pk>/act", schedules.act, name="schedule-act"),
]
