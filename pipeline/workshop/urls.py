"""URLs of the workshop, under /workshop/."""

from __future__ import annotations

from django.urls import path

from pipeline.workshop import (
    collections,
    home,
    jobs,
    pictures,
    removed,
    review,
    schedules,
    statistics,
    uploads,
    versions,
)

app_name = "workshop"
urlpatterns = [
    path("", home.home, name="home"),
    path("photos/<int:pk>/picture", pictures.photo_picture, name="photo-picture"),
    path("upload/", uploads.uploads, name="uploads"),
    path("upload/<int:pk>/", uploads.upload, name="upload"),
    path("upload/<int:pk>/files", uploads.announce, name="upload-announce"),
    path("upload/<int:pk>/files/<int:file_pk>", uploads.receive, name="upload-receive"),
    path("upload/<int:pk>/files/<int:file_pk>/picture", uploads.picture, name="upload-picture"),
    path("upload/<int:pk>/state", uploads.state, name="upload-state"),
    path("upload/<int:pk>/act", uploads.act, name="upload-act"),
    path("collections/", collections.collections, name="collections"),
    path("collections/new", collections.new, name="collection-new"),
    path("collections/<slug:slug>/", collections.collection, name="collection"),
    path("collections/<slug:slug>/act", collections.act, name="collection-act"),
    path("collections/<slug:slug>/photos.<str:kind>", collections.export, name="collection-export"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("bin/", removed.binned, name="bin"),
    path("bin/restore", removed.restore, name="bin-restore"),
    path("photos/<int:pk>/take-down", removed.take_down, name="take-down"),
    path("models/", versions.versions, name="models"),
    path("models/act", versions.act, name="models-act"),
    path("models/compare", versions.compare, name="models-compare"),
    path("models/<slug:name>/", versions.version, name="model"),
    path("review/", review.overview, name="review"),
    path("review/reports/dismiss", review.dismiss, name="review-dismiss"),
    path("review/<int:pk>/", review.photo, name="review-photo"),
    path("review/<int:pk>/decide", review.decide, name="review-decide"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/workers", jobs.workers, name="job-workers"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/<slug:name>/", schedules.new, name="schedule-new"),
    path("schedules/<int:pk>/", schedules.change, name="schedule"),
    path("schedules/<int:pk>/act", schedules.act, name="schedule-act"),
]
