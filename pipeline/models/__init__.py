"""All models of the pipeline, one file for each capability. Other code imports them from here."""

from pipeline.models.curation import CollectionVersion, Report
from pipeline.models.jobs import Job, Schedule
from pipeline.models.photos import Collection, NotInBinManager, Photo, Rejection, Review, Split, Unsuitable
from pipeline.models.registry import Measurement
from pipeline.models.uploads import Upload, UploadFile

__all__ = [
    "Collection",
    "CollectionVersion",
    "Job",
    "Measurement",
    "NotInBinManager",
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
