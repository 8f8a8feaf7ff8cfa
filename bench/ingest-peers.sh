#!/usr/bin/env bash
# The bodies that real SDKs sent, to LlmObs and to receivers that npm has: spans a second, what was kept, memory. About 2 minutes, and the installation.
# Usage: bench/ingest-peers.sh [--seconds N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/LlmObs.Ingest.Bench -c Release -v quiet --nologo >&2
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
cp bench/peers/* bench/peers/.npmrc "$peers"
npm install --prefix "$peers" --no-audit --no-fund --ignore-scripts --loglevel error >/dev/null
dotnet bench/LlmObs.Ingest.Bench/bin/Release/net10.0/LlmObs.Ingest.Bench.dll peers "$peers" "$@"
