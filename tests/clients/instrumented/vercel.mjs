import { createOpenAI } from "@ai-sdk/openai";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { generateText, stepCountIs, tool } from "ai";
import { z } from "zod";
import { messages, schema } from "./model.mjs";

export async function run({ model, endpoint, headers, session, user }) {
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers }))],
  });
  provider.register();
  const openai = createOpenAI({ baseURL: model, apiKey: "none" });
  const traceId = await trace.getTracer("test").startActiveSpan("nl2sql", async (root) => {
    await generateText({
      model: openai.chat("gpt-4o-mini"),
      temperature: 0.2,
      system: messages[0].content,
      messages: [messages[1]],
      stopWhen: stepCountIs(3),
      tools: { get_table_schema: tool({ description: "The columns of a table", inputSchema: z.object({ table: z.string() }), execute: () => schema }) },
      experimental_telemetry: { isEnabled: true, functionId: "nl2sql", metadata: { sessionId: session, userId: user } },
    });
    root.end();
    return root.spanContext().traceId;
  });
  await provider.forceFlush();
  await provider.shutdown();
  return traceId;
}
