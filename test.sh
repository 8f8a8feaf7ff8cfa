#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test project, and ends with: tests: N passed, N failed, N skipped
# ./test.sh [--long]     --long also runs the tests that take minutes (faults, load).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case "${1:-}" in
  "") ;;
  --long) export LLMOBS_LONG_TESTS=1 ;;
  *) echo "usage: $0 [--long]" >&2; exit 2 ;;
esac

# The tests start the stack through LocalHost, whatever else this machine could run it with.
export UseAspire=false
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

say() { printf '== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

debian_root() { [ "$(id -u)" = 0 ] && has apt-get && grep -Eq '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release 2>/dev/null; }

# need WHAT PACKAGE ELSEWHERE: installs the Debian package where we may, else says what to do and gives up.
updated=
need() {
  debian_root || die "The tests need $1. $3"
  say "installing $2 ($1)"
  [ -n "$updated" ] || apt-get update -q >/dev/null || die "apt-get update failed; the tests need $1."
  updated=1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$2" >/dev/null || die "apt could not install $2; the tests need $1."
}

# Prints the directory of a PostgreSQL 15 or newer, in the places where LocalHost looks too.
postgres_bin() {
  local dirs directory major
  IFS=: read -ra dirs <<<"$PATH"
  for directory in "${dirs[@]}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    [ -x "$directory/postgres" ] || continue
    major=$("$directory/postgres" --version 2>/dev/null | sed -En 's/.* ([0-9]+)\.[0-9]+.*/\1/p')
    if [ "${major:-0}" -ge 15 ]; then echo "$directory"; return; fi
  done
  return 1
}

find_chromium() {
  local name
  for name in "${LLMOBS_CHROMIUM:-}" chromium google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" && return
  done
  for name in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
    [ -x "$name" ] && echo "$name" && return
  done
  return 1
}

chinese_fonts() { [ "$(uname)" = Darwin ] || [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; }

has dotnet || die "The tests need the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
postgres_bin >/dev/null || need "PostgreSQL 15 or newer" postgresql "Install it, e.g.: brew install postgresql@18, sudo apt-get install postgresql"
find_chromium >/dev/null || need "Chromium" chromium "Install it, or Google Chrome, or name its program in LLMOBS_CHROMIUM."
has npm || need "npm, from which PostgreSQL and the client libraries of the tests come" npm "Install Node.js 20 or newer with npm."
has fc-list || [ "$(uname)" = Darwin ] || need "fontconfig" fontconfig "Install fontconfig."
chinese_fonts || need "a font with Chinese characters" fonts-noto-cjk "Install one, e.g.: sudo apt-get install fonts-noto-cjk, sudo dnf install google-noto-sans-cjk-fonts"
LLMOBS_CHROMIUM=$(find_chromium) || die "Chromium was installed but isn't on PATH: name its program in LLMOBS_CHROMIUM."
export LLMOBS_CHROMIUM

say "building"
dotnet restore LlmObs.sln --locked-mode -v quiet </dev/null
dotnet build LlmObs.sln --no-restore -v quiet -clp:NoSummary </dev/null

passed=0 failed=0 skipped=0
results=$PWD/TestResults
rm -rf "$results" && mkdir -p "$results"

# One number of a result file: the assembly's totals come before those of its parts.
total() { grep -Eo " $2=\"[0-9]+\"" "$1" | head -n 1 | tr -dc 0-9; }

# In reverse: LlmObs.Tests, which takes seconds, comes first.
for project in $(printf '%s\n' tests/*/*.csproj | sort -r); do
  name=$(basename "$project" .csproj)
  say "$name"
  code=0
  dotnet "tests/$name/bin/Debug/net10.0/$name.dll" -noLogo -noColor -result-xml "$results/$name.xml" </dev/null || code=$?
  if [ ! -s "$results/$name.xml" ]; then
    echo "$name ended with code $code and left no results." >&2
    failed=$((failed + 1))
    continue
  fi
  project_failed=$(($(total "$results/$name.xml" failed) + $(total "$results/$name.xml" errors)))
  # A runner that fails without a failed test (it crashed at the end) is a failure all the same.
  if [ "$code" != 0 ] && [ "$project_failed" = 0 ]; then project_failed=1; fi
  passed=$((passed + $(total "$results/$name.xml" passed)))
  skipped=$((skipped + $(total "$results/$name.xml" skipped)))
  failed=$((failed + project_failed))
done

echo "tests: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
