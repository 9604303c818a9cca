"""Readings made before only texts that tell a place were kept lose the others, in which persons may be named."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from predictor.reading.matching import telling
from predictor.reading.store import as_stored, from_stored


def leave_out(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    readings = apps.get_model("predictor", "Reading").objects
    for reading in readings.exclude(lines=[]).iterator():
        lines = as_stored(telling(from_stored(reading.lines)))
        if lines != reading.lines:
            readings.filter(pk=reading.pk).update(lines=lines)


class Migration(migrations.Migration):
    dependencies = [("predictor", "0008_clues")]
    operations = [migrations.RunPython(leave_out, migrations.RunPython.noop)]
