"""All tables of the pipeline, a file for each capability; everyone imports them from here."""

from pipeline.models.curation import CollectionVersion, Report
from pipeline.models.jobs import Job, Schedule
from pipeline.models.photos import Collection, Kept, Photo, Rejection, Review, Split, Unsuitable
from pipeline.models.registry import Measurement
from pipeline.models.uploads import Upload, UploadFile

__all__ = [
    "Collection",
    "CollectionVersion",
    "Job",
    "Kept",
    "Measurement",
    "Photo",
    "Rejection",
    "Report",
    "Review",
    "Schedule",
    "Split",
    "Unsuitable",
    "Upload",
    "UploadFile",
]
