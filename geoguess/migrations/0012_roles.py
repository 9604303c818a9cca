"""The groups Curators and Model admins; Admins may do all that both may, and take photos down."""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CURATORS = [
    *(f"{act}_{model}" for model in ("photo", "collection") for act in ("view", "add", "change", "delete")),
    *("view_rejection", "view_report", "view_upload", "view_collectionversion"),
    *("view_job", "add_job", "change_job", "view_modelversion"),
]
MODEL_ADMINS = [
    *("view_photo", "view_collection", "view_rejection", "view_measurement"),
    *("view_job", "add_job", "change_job", "view_schedule", "add_schedule", "change_schedule", "delete_schedule"),
    *("view_modelversion", "add_modelversion", "promote_modelversion", "view_promotion", "view_alias"),
]


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from django.apps import apps as installed

    # Permissions are otherwise made only after the last migration.
    for room in ("predictor", "pipeline", "geoguess", "auditlog"):
        create_permissions(installed.get_app_config(room), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    own = permission_model.objects.filter(content_type__app_label__in=["predictor", "pipeline", "geoguess"])
    log = permission_model.objects.filter(content_type__app_label="auditlog", codename="view_logentry")
    for name, codenames in (("Curators", CURATORS), ("Model admins", MODEL_ADMINS)):
        group = group_model.objects.get_or_create(name=name)[0]
        group.permissions.set([*own.filter(codename__in=codenames), *log])
    group_model.objects.get_or_create(name="Admins")[0].permissions.add(*own, *log)


def remove_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=["Curators", "Model admins"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("geoguess", "0011_educators_teach"),
        ("predictor", "0004_registry"),
        ("pipeline", "0007_take_downs"),
        ("auditlog", "__first__"),
    ]
    operations = [migrations.RunPython(make_roles, remove_roles)]
