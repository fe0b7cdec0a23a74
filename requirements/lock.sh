#!/bin/sh
# Writes the pinned requirement files from pyproject.toml.  Needs uv; run it when a dependency changes:
#     ./dev lock
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=$1
    shift
    uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --quiet --output-file "requirements/$out"
}
lock core.txt
lock all.txt --extra all
lock dev.txt --extra all --group dev
lock spark.txt --extra spark --constraint requirements/dev.txt
lock ray.txt --extra ray --constraint requirements/dev.txt
