"""Names are measured in characters as readers count them, which take several code points."""

from __future__ import annotations

import geoguess.models.player_names
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('geoguess', '0016_steps_and_rounds_have_versions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='player',
            name='name',
            field=models.CharField(default=geoguess.models.player_names.new_name, help_text='Shown to other players.', max_length=80),
        ),
        migrations.AlterField(
            model_name='seat',
            name='name',
            field=models.CharField(max_length=84),
        ),
        migrations.AlterField(
            model_name='seat',
            name='team',
            field=models.CharField(blank=True, max_length=80),
        ),
    ]
