import * as openTelemetry from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { createTracing } from '../tracing/tracing.ts';
import { parseTraceparent } from '../tracing/traceparent.ts';
import { present } from './only.ts';

/** Records spans with OpenTelemetry's SDK and keeps them in memory. One of them in a process. */
export function recordTraces() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const contextManager = new AsyncLocalStorageContextManager().enable();
  openTelemetry.context.setGlobalContextManager(contextManager);
  const tracing = createTracing(openTelemetry, provider.getTracer('tests'));
  /** The spans of a trace that have ended, the first one first. */
  const spansOf = (traceId: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  return {
    tracing,
    spansOf,
    spans: () => exporter.getFinishedSpans(),
    /** Runs `work` in a span of a trace that another program has begun. */
    inTrace: async <T>(traceparent: string, work: () => Promise<T>): Promise<T> =>
      tracing.inSpan({ name: 'request', causes: [present(parseTraceparent(traceparent), 'a trace')] }, work),
    /** The spans of a trace as `parent > child`, by their names, each path once, sorted. */
    pathsOf: (traceId: string): string[] =>
      [...new Set(spansOf(traceId).map((span) => pathOf(span, spansOf(traceId))))].toSorted(),
    async close() {
      openTelemetry.context.disable();
      await provider.shutdown();
    },
  };
}

export type RecordedTraces = ReturnType<typeof recordTraces>;

function pathOf({ name, parentSpanContext }: ReadableSpan, spans: readonly ReadableSpan[]): string {
  const parent = spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId);
  return parent ? `${pathOf(parent, spans)} > ${name}` : name;
}
