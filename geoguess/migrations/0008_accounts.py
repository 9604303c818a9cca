"""Leaderboards look for the games finished since a moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("geoguess", "0007_series_and_streak")]
    operations = [
        migrations.AddIndex(
            model_name="game",
            index=models.Index(fields=["finished_at"], name="games_by_finish"),
        ),
    ]
