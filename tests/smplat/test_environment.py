import os
import re
import subprocess
import sys

import pytest
from pydantic_core import PydanticUndefined

from smplat.embedded.layout import CHECKOUT
from smplat.environment import Environment, read_environment

DEPLOYMENT = (CHECKOUT / "docs" / "deploy.md").read_text()


@pytest.fixture
def variables(monkeypatch, tmp_path):
    """An environment of our own: none of the process's variables, and no .env file."""
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def read_documented_production() -> dict[str, str]:
    block = re.search(r"```env\n(.*?)```", DEPLOYMENT, re.DOTALL)[1]
    lines = [line for line in block.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_example_lists_every_variable_with_its_description_and_default():
    text = (CHECKOUT / ".env.example").read_text()
    listed = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    prose = " ".join(text.replace("\n# ", " ").split())
    assert list(listed) == [name.upper() for name in Environment.model_fields]
    for name, field in Environment.model_fields.items():
        assert field.default is not PydanticUndefined
        assert field.description in prose
        expected = ",".join(field.default) if isinstance(field.default, list) else str(field.default)
        assert name == "environment" or listed[name.upper()].lower() == expected.lower()


def test_production_names_every_variable_that_it_misses(variables):
    with pytest.raises(SystemExit) as stopped:
        read_environment()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        assert f"{name}: {Environment.model_fields[name.lower()].description}" in str(stopped.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "prod-like-hunter2"),
        ("DATABASE_URL", "mysql://hunter2@db/x"),
        ("DATABASE_URL", "postgresql://hunter2@db:x/y"),
        ("DATABASE_URL", "postgresql://%hunter2"),
        ("REDIS_URL", "hunter2"),
        ("REDIS_URL", "redis://:hunter2@cache:x/0"),
        ("ALLOWED_HOSTS", "a.example,https://hunter2.example"),
        ("ALLOWED_HOSTS", "hunter2.example:8000"),
        ("CSRF_TRUSTED_ORIGINS", "hunter2.example"),
        ("CSRF_TRUSTED_ORIGINS", "https://hunter2.example/admin"),
        ("API_BASE_URL", "https://example.com:hunter2"),
        ("SLACK_WEBHOOK_URL", "hunter2"),
        ("SMTP_SENDER_EMAIL", "hunter2"),
        ("PROMETHEUS_MULTIPROC_DIR", "/nonexistent/hunter2"),
        ("DATABASE_POOL_SIZE", "hunter2"),
        ("DATABASE_POOL_SIZE", "0"),
        ("CURRENCIES", "euro-hunter2"),
        ("FRONTEND_URL", "hunter2.example/"),
        ("SLACK_CLIENT_DESTINATIONS", "acme=C1,hunter2"),
        ("OFFER_EVENT_RETENTION_DAYS", "3"),
        ("LOG_LEVEL", "hunter2"),
        ("SECURE_SSL_REDIRECT", "hunter2"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_what_it_should_be_and_not_printed(variables, name, value):
    variables.setenv("ENVIRONMENT", "development")
    variables.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        read_environment()
    message = str(stopped.value)
    assert name in message
    assert Environment.model_fields[name.lower()].description in message
    assert "hunter2" not in message


def test_a_short_secret_key_is_refused_without_printing_it(variables):
    for name, value in (read_documented_production() | {"SECRET_KEY": "hunter2"}).items():
        variables.setenv(name, value)
    with pytest.raises(SystemExit, match="SECRET_KEY must have at least 50 characters") as stopped:
        read_environment()
    assert "hunter2" not in str(stopped.value)


def test_comma_lists_are_read(variables):
    variables.setenv("ENVIRONMENT", "development")
    variables.setenv("ALLOWED_HOSTS", "a.example, b.example")
    assert read_environment().allowed_hosts == ["a.example", "b.example"]


@pytest.mark.parametrize(("process", "kept"), [("web", True), ("", False)])
def test_only_web_processes_keep_metrics_in_files_and_none_in_the_working_directory(tmp_path, process, kept):
    metrics, elsewhere = tmp_path / "metrics", tmp_path / "elsewhere"
    for folder in (metrics, elsewhere):
        folder.mkdir()
    script = (
        "import django; django.setup(); from smplat.request_log import REQUESTS; REQUESTS.labels('GET', '/', 200).inc()"
    )
    for value in (str(metrics), ""):
        given = {"PROMETHEUS_MULTIPROC_DIR": value, "SMPLAT_PROCESS": process, "PYTHONPATH": str(CHECKOUT)}
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | given | {"DJANGO_SETTINGS_MODULE": "smplat.settings"},
            cwd=elsewhere,
            check=True,
        )
    assert (bool(list(metrics.iterdir())), list(elsewhere.iterdir())) == (kept, [])


def test_the_documented_production_environment_passes_djangos_deployment_checks(tmp_path):
    keys = {name.upper() for name in Environment.model_fields}
    # The browser tests of this process, if they ran, let Django be called from their event loop's thread.
    keys.add("DJANGO_ALLOW_ASYNC_UNSAFE")
    inherited = {name: value for name, value in os.environ.items() if name not in keys}
    checked = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "check", "--deploy", "--fail-level", "WARNING"],
        env=inherited | read_documented_production(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
