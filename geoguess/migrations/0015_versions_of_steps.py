"""Steps of lessons name the collection that they were chosen from, and rounds of rooms the version that guessed.

Both are what they were before: the collection of the plan, and the version of the room.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    plans = apps.get_model("geoguess", "LessonPlan").objects.filter(pk=OuterRef("plan"))
    apps.get_model("geoguess", "LessonStep").objects.update(collection=Subquery(plans.values("collection")))
    rooms = apps.get_model("geoguess", "Room").objects.filter(pk=OuterRef("room"))
    apps.get_model("geoguess", "RoomRound").objects.update(version=Subquery(rooms.values("version")))


class Migration(migrations.Migration):

    dependencies = [
        ('geoguess', '0014_following_room'),
        ('pipeline', '0009_report_weight'),
        ('predictor', '0006_takeovers'),
    ]

    operations = [
        migrations.AddField(
            model_name='lessonstep',
            name='collection',
            field=models.ForeignKey(help_text='That the photo was chosen from: its version plays.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.collection'),
        ),
        migrations.AddField(
            model_name='roomround',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='predictor.modelversion'),
        ),
        migrations.AlterField(
            model_name='room',
            name='steps',
            field=models.JSONField(blank=True, default=list, help_text='Of a lesson, as it began: photo ids with notes and versions.'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
