#!/usr/bin/env bash
# What the reader of Dify's database takes: time for 1,000 runs with 10,000 nodes, CPU of Dify's PostgreSQL, cost of a look that finds
# nothing. Prints Markdown. About two minutes.
# Usage: bench/dify.sh [--seconds N of idle looks]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll dify tests/fixtures/dify/dify-postgres.sql.gz "$@"
