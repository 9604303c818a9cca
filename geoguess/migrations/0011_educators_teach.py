"""Educators and Admins may prepare lessons and play them with a class."""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_educators(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from django.apps import apps as installed

    # Permissions are otherwise made only after the last migration.
    create_permissions(installed.get_app_config("geoguess"), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    permission = permission_model.objects.get(content_type__app_label="geoguess", codename="add_lessonplan")
    for name in ("Educators", "Admins"):
        group_model.objects.get_or_create(name=name)[0].permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("geoguess", "0010_lessons")]
    operations = [migrations.RunPython(let_educators, migrations.RunPython.noop)]
