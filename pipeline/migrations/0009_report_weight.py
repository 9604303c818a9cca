"""Reports get a weight. Those that are open kept their photos out of play, and go on doing so."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_out(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("pipeline", "Report").objects.filter(outcome="").update(takes_out=True)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0008_measurement_collection_name")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="weight",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How much it counts towards taking the photo out."
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="takes_out",
            field=models.BooleanField(default=False, help_text="Whether the photo is not played while it is open."),
        ),
        migrations.RunPython(keep_out, migrations.RunPython.noop),
    ]
