#!/bin/sh
# Resolves pyproject.toml into hashed requirements files, each a superset of the one before with the same versions.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
        --generate-hashes --no-annotate --custom-compile-command "make lock" "$@"
}

compile --output-file requirements.txt
compile --constraint requirements.txt --extra warehouse --output-file requirements-warehouse.txt
compile --constraint requirements.txt --extra warehouse --extra embedded --output-file requirements-demo.txt
compile --constraint requirements-demo.txt --extra warehouse --extra embedded --group dev --output-file requirements-dev.txt
