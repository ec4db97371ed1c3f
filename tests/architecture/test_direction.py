"""The direction of imports also holds where the import linter cannot see: foreign keys, URL includes, migrations."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

# A package may name those to its right.
LAYERS = ["analytics", "onboarding", "checkout", "merchandising", "guardrails", "smplat"]
LABELS = {config.label: config.name.split(".")[0] for config in apps.get_app_configs()}
OURS = [label for label, package in LABELS.items() if package in LAYERS]
# Default values and validators, which Django writes into migrations by name.
NAMED_IN_MIGRATIONS = {"smplat.ids", "smplat.console.models", "smplat.api.keys"}


def may_name(package: str, other: str) -> bool:
    return other not in LAYERS or LAYERS.index(package) <= LAYERS.index(other)


def migrations() -> list[Path]:
    return sorted(path for package in LAYERS for path in (settings.BASE_DIR / package).rglob("migrations/0*.py"))


@pytest.mark.parametrize("label", OURS)
def test_foreign_keys_point_the_allowed_way(label: str) -> None:
    for model in apps.get_app_config(label).get_models():
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model is not None:
                other = LABELS[field.related_model._meta.app_label]
                assert may_name(LABELS[label], other), f"{model.__name__}.{field.name} points to {other}"


@pytest.mark.parametrize("label", OURS)
def test_migrations_depend_the_allowed_way(label: str) -> None:
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app == label:
            for other, _ in migration.dependencies:
                assert may_name(LABELS[label], LABELS.get(other, other)), f"{label}.{name} depends on {other}"


@pytest.mark.parametrize("package", LAYERS)
def test_includes_point_the_allowed_way(package: str) -> None:
    for path in (settings.BASE_DIR / package).rglob("urls.py"):
        if path == settings.BASE_DIR / "smplat" / "urls.py":
            continue  # the composition root names everybody
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "include":
                [target, *_] = [leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
                assert may_name(package, str(target).split(".")[0]), f"{path} includes {target}"


@pytest.mark.parametrize("label", OURS)
def test_migrations_are_linear(label: str) -> None:
    loader = MigrationLoader(None)
    assert len(loader.graph.leaf_nodes(label)) <= 1
    own = [migration for (app, _), migration in loader.disk_migrations.items() if app == label]
    parents = [name for migration in own for app, name in migration.dependencies if app == label]
    assert len(parents) == len(set(parents))


@pytest.mark.parametrize("path", migrations(), ids=lambda path: f"{path.parts[-3]}.{path.stem}")
def test_migrations_import_no_app_code(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    app_code = {name for name in imported if name.split(".")[0] in LAYERS}
    assert {name for name in app_code if ".migrations" not in name} <= NAMED_IN_MIGRATIONS
