"""A measurement outlives its collection, whose name it keeps."""

import django.db.models.deletion
from django.db import migrations, models


def name_collections(apps, schema_editor):
    measurements = apps.get_model("pipeline", "Measurement").objects
    for pk, name in measurements.values_list("pk", "collection__name"):
        measurements.filter(pk=pk).update(collection_name=name)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0007_take_downs")]

    operations = [
        migrations.AddField(
            model_name="measurement",
            name="collection_name",
            field=models.CharField(default="", help_text="Name at the time.", max_length=120),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="measurement",
            name="collection",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="pipeline.collection",
            ),
        ),
        migrations.RunPython(name_collections, migrations.RunPython.noop),
    ]
