"""The rights of the database role that web, workers and beat use in production.

The role may read and write rows, and nothing else: append-only tables cannot be truncated, their triggers cannot be switched off, and
no table can be changed or dropped. Migrations and partitions run as the owner (MAINTENANCE_DATABASE_URL).
"""

from django.apps import apps
from psycopg import sql

from smplat.evidence import Evidence
from smplat.history import HistoryEvent


def list_append_only_tables() -> list[str]:
    """Tables whose rows are written once."""
    models = [model for model in apps.get_models() if issubclass(model, Evidence | HistoryEvent)]
    return sorted(model._meta.db_table for model in models)  # noqa: SLF001 - Django's public API


def grant_statements(role: str) -> list[sql.Composed]:
    """SQL that gives an existing role exactly these rights; run it as the owner after every migration."""
    name = sql.Identifier(role)
    # Retention removes rows by dropping partitions, as the owner.
    write_once = [
        sql.SQL("REVOKE UPDATE, DELETE ON {table} FROM {role};").format(table=sql.Identifier(table), role=name)
        for table in list_append_only_tables()
    ]
    return [
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};").format(role=name),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM {role};").format(role=name),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {role};").format(role=name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};").format(role=name),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};").format(role=name),
        *write_once,
    ]
