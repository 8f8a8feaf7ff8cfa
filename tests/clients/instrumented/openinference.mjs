import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import { ask } from "./conversation.mjs";

export async function run({ model, endpoint, headers, session, user }) {
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers }))],
  });
  provider.register();
  new OpenAIInstrumentation().manuallyInstrument(OpenAI);
  const client = new OpenAI({ baseURL: model, apiKey: "none" });
  const tracer = trace.getTracer("test");
  const traceId = await tracer.startActiveSpan(
    "nl2sql",
    { attributes: { "openinference.span.kind": "CHAIN", "session.id": session, "user.id": user } },
    async (root) => {
      await ask(client, (input, work) =>
        tracer.startActiveSpan("get_table_schema", { attributes: { "openinference.span.kind": "TOOL", "tool.name": "get_table_schema", "input.value": JSON.stringify(input) } }, async (span) => {
          span.setAttribute("output.value", work());
          span.end();
          return work();
        }),
      );
      root.end();
      return root.spanContext().traceId;
    },
  );
  await provider.forceFlush();
  await provider.shutdown();
  return traceId;
}
