// promptfoo's OTLP receiver with its SQLite database. Usage: node promptfoo.mjs PORT DIRECTORY. Each line on stdin is answered by the number of spans stored.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';

const [, , port, directory] = process.argv;
Object.assign(process.env, { PROMPTFOO_CONFIG_DIR: directory, PROMPTFOO_DISABLE_TELEMETRY: '1', PROMPTFOO_DISABLE_UPDATE: '1', LOG_LEVEL: 'error' });
const chunks = path.dirname(createRequire(import.meta.url).resolve('promptfoo'));

// Its command makes the tables. It keeps spans of evaluations only: this is the one that the bodies name.
execFileSync(process.execPath, [path.join(chunks, 'main.js'), 'list', 'evals'], { stdio: 'ignore' });
const database = createClient({ url: `file:${path.join(directory, 'promptfoo.db')}` });
await database.execute("INSERT INTO evals (id, results, config) VALUES ('bench', '{}', '{}')");

const receiver = readdirSync(chunks).find((name) => /^otlpReceiver-.*\.js$/.test(name));
const { startOTLPReceiver } = await import(pathToFileURL(path.join(chunks, receiver)));
await startOTLPReceiver(Number(port), '127.0.0.1');

readline.createInterface({ input: process.stdin }).on('line', async () => {
  const { rows } = await database.execute('SELECT count(*) AS spans FROM spans');
  process.stdout.write(`stored ${rows[0].spans}\n`);
});
