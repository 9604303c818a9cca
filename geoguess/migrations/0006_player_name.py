"""A name that other players see: a friendly one for everybody who has none."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import geoguess.models.player_names


def name_players(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for player in apps.get_model("geoguess", "Player").objects.iterator():
        player.name = geoguess.models.player_names.new_name()  # the column's default was one name for all
        player.save(update_fields=["name"])


class Migration(migrations.Migration):
    dependencies = [("geoguess", "0005_level")]
    operations = [
        migrations.AddField(
            model_name="player",
            name="name",
            field=models.CharField(
                default=geoguess.models.player_names.new_name, help_text="Shown to other players.", max_length=20
            ),
        ),
        migrations.RunPython(name_players, migrations.RunPython.noop),
    ]
