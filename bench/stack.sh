# For the benchmarks of the whole stack; they read it in with `source`.

# Builds the stack and starts it on an empty data directory, on ports of its own, without the demo. Sets data (the directory), pid (the host) and
# login (its login link); all of it goes when the script ends.
start_stack() {
  dotnet build LlmObs.AppHost -c Release -v quiet --nologo >&2
  data=$(mktemp -d)
  dotnet LlmObs.AppHost/bin/Release/net10.0/LlmObs.AppHost.dll --data-dir "$data" --port-web 15080 --port-ingest 14318 --port-otlp-grpc 14317 \
    --port-sls 15085 --port-postgres 15433 --port-quality 15095 >"$data.log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$data" "$data.log"' EXIT
  until login=$(grep -oE 'http://[^ ]+/login\?token=[^ ]+' "$data.log" | head -n 1) && [ -n "$login" ]; do
    kill -0 "$pid" || { cat "$data.log"; exit 1; }
    sleep 0.2
  done
}

# Signs in by the login link. Sets cookies, the file curl reads them from.
sign_in() {
  cookies="$data/cookies"
  curl -fsS -L -o /dev/null -c "$cookies" "$login"
}
