"""Apart from 0015, as PostgreSQL changes no table with rows that were written in the same transaction."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('geoguess', '0015_versions_of_steps'),
    ]

    operations = [
        migrations.AlterField(
            model_name='lessonstep',
            name='collection',
            field=models.ForeignKey(help_text='That the photo was chosen from: its version plays.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.collection'),
        ),
        migrations.AlterField(
            model_name='roomround',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='predictor.modelversion'),
        ),
    ]
