#!/usr/bin/env bash
# Spans acknowledged a second over OTLP/HTTP, by batch size and connections, beside bare binary COPY of the same rows. About 4 minutes.
# Usage: bench/ingest.sh [--seconds N] [--batches 1,10,100,1000] [--connections 1,4,16,64]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
exec dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll ingest "$@"
