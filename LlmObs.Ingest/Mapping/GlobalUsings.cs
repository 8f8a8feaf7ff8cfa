// Tables and rules name the keys of every dialect.
global using LlmObs.Ingest.Mapping.Dialects.Application;
global using LlmObs.Ingest.Mapping.Dialects.Arms;
global using LlmObs.Ingest.Mapping.Dialects.Dify;
global using LlmObs.Ingest.Mapping.Dialects.Genkit;
global using LlmObs.Ingest.Mapping.Dialects.GoogleAdk;
global using LlmObs.Ingest.Mapping.Dialects.Laminar;
global using LlmObs.Ingest.Mapping.Dialects.Langfuse;
global using LlmObs.Ingest.Mapping.Dialects.LangSmith;
global using LlmObs.Ingest.Mapping.Dialects.Mastra;
global using LlmObs.Ingest.Mapping.Dialects.Mlflow;
global using LlmObs.Ingest.Mapping.Dialects.OpenInference;
global using LlmObs.Ingest.Mapping.Dialects.OpenTelemetry;
global using LlmObs.Ingest.Mapping.Dialects.Pydantic;
global using LlmObs.Ingest.Mapping.Dialects.Traceloop;
global using LlmObs.Ingest.Mapping.Dialects.VercelAi;
