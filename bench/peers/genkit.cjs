// Genkit's telemetry server with its store of files. Usage: node genkit.cjs PORT DIRECTORY. Each line on stdin is answered by the number of spans stored.
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { startTelemetryServer, LocalFileTraceStore, LocalFileLogStore } = require('@genkit-ai/telemetry-server');

const [, , port, directory] = process.argv;
const where = { storeRoot: directory, indexRoot: directory };
console.info = console.debug = () => {};
startTelemetryServer({ port: Number(port), traceStore: new LocalFileTraceStore(where), logStore: new LocalFileLogStore(where) });

readline.createInterface({ input: process.stdin }).on('line', () => {
  const traces = path.join(directory, '.genkit', 'traces');
  const stored = fs
    .readdirSync(traces)
    .reduce((sum, name) => sum + Object.keys(JSON.parse(fs.readFileSync(path.join(traces, name))).spans).length, 0);
  process.stdout.write(`stored ${stored}\n`);
});
