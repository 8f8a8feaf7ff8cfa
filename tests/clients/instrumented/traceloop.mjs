import { trace } from "@opentelemetry/api";
import * as traceloop from "@traceloop/node-server-sdk";
import OpenAI from "openai";
import { ask } from "./conversation.mjs";

export async function run({ model, endpoint, headers, session, user }) {
  traceloop.initialize({ appName: "nl2sql", baseUrl: endpoint, headers, instrumentModules: { openAI: OpenAI }, silenceInitializationMessage: true });
  const client = new OpenAI({ baseURL: model, apiKey: "none" });
  let traceId;
  await traceloop.withAssociationProperties({ session_id: session, user_id: user }, () =>
    traceloop.withWorkflow({ name: "nl2sql" }, async () => {
      traceId = trace.getActiveSpan().spanContext().traceId;
      await ask(client, (input, work) => traceloop.withTool({ name: "get_table_schema" }, work, input));
    }),
  );
  await traceloop.forceFlush();
  return traceId;
}
