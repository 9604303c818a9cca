"""The group Admins may also start, watch and cancel jobs."""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CODENAMES = ["add_job", "change_job", "view_job"]


def let_admins(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from django.apps import apps as installed

    # Permissions are otherwise made only after the last migration.
    create_permissions(installed.get_app_config("pipeline"), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    permissions = permission_model.objects.filter(content_type__app_label="pipeline", codename__in=CODENAMES)
    group_model.objects.get_or_create(name="Admins")[0].permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [("geoguess", "0002_groups"), ("pipeline", "0002_job")]
    operations = [migrations.RunPython(let_admins, migrations.RunPython.noop)]
