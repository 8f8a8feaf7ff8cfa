#!/usr/bin/env bash
# What SLS costs those who wait for an acknowledgement: nobody there, an endpoint that verifies and discards, one that hangs. About 4 minutes.
# Usage: bench/ingest-shipping.sh [--seconds N] [--batches N] [--connections N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll shipping "$@"
