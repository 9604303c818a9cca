"""The groups Educators and Admins with their permissions; members are set in the admin."""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDUCATORS = ["view_photo", "view_collection", "view_modelversion", "view_prediction"]
ADMIN_ROOMS = ["predictor", "pipeline", "geoguess"]


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from django.apps import apps as installed

    for room in ADMIN_ROOMS:  # permissions are otherwise made only after the last migration
        create_permissions(installed.get_app_config(room), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    permissions = permission_model.objects.filter(content_type__app_label__in=ADMIN_ROOMS)
    educators, _ = group_model.objects.get_or_create(name="Educators")
    educators.permissions.set(permissions.filter(codename__in=EDUCATORS))
    admins, _ = group_model.objects.get_or_create(name="Admins")
    admins.permissions.set(permissions)


def remove_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=["Educators", "Admins"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("geoguess", "0001_initial"),
        ("predictor", "0001_initial"),
        ("pipeline", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make_groups, remove_groups)]
