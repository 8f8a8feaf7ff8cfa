// node run.mjs <library> <endpoint> <key> <session> <user>: one conversation with a tool under that library; prints its trace id.
import { startModel } from "./model.mjs";

const [library, endpoint, key, session, user] = process.argv.slice(2);
const service = await startModel();
const { run } = await import(`./${library}.mjs`);
console.log(await run({ model: service.url, endpoint, headers: { Authorization: `Bearer ${key}` }, session, user }));
await service.stop();
process.exit(0);
