'use strict';

// Runs official clients against an SLS endpoint, and says how each scenario went: one JSON line each on stdout,
// {client, scenario, ok, error?}. Usage: node run.js {host:port} {accessKeyId} {accessKeySecret} {project}
const assert = require('node:assert/strict');
const dns = require('node:dns');

// Clients put the project in front of the endpoint's name; not every resolver knows names below localhost.
const lookup = dns.lookup;
dns.lookup = (host, options, done) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, options, done);

const clients = [require('./alicloud-log'), require('./alicloud-sls20201230')];
const [endpoint, accessKeyId, accessKeySecret, project] = process.argv.slice(2);

async function main() {
  for (const { name, connect, scenarios } of clients) {
    const target = { endpoint, accessKeyId, accessKeySecret, project: `${project}-${name}`, logstore: 'logs', time: Math.floor(Date.now() / 1000) };
    const client = connect(target);
    // In order: later ones read what earlier ones wrote.
    for (const [scenario, run] of Object.entries(scenarios)) {
      const line = { client: name, scenario, ok: true };
      try {
        await run(client, target, assert);
      } catch (error) {
        line.ok = false;
        line.error = String(error && error.stack ? error.stack : error);
      }
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  }
}

main();
