import * as openTelemetry from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { createTracing } from '@commerce-core/core';
import type { RunningTraces, TraceOptions } from './trace-options.ts';

// A collector that hangs must not keep a process that stops.
const flushMs = 1_000;

/**
 * Starts OpenTelemetry's SDK: spans are sent to a collector by OTLP over HTTP, as JSON. The libraries read the other
 * `OTEL_…` variables, such as OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_HEADERS. This module is loaded only if traces
 * are on, because it takes 0.2 s of CPU time.
 */
export function startOpenTelemetry({ sampler, ratio, onFault }: TraceOptions): RunningTraces {
  const { context, diag, DiagLogLevel } = openTelemetry;
  const ignore = () => {};
  // Spans that can't be sent are dropped.
  const logger = { error: onFault, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const named = resourceFromAttributes({ 'service.name': 'commerce-api' });
  const provider = new TracerProvider({
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(sampler, ratio),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return {
    tracing: createTracing(openTelemetry, provider.getTracer('commerce-core')),
    async stop() {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, flushMs);
      await Promise.race([provider.shutdown().catch(ignore), late.promise]);
      clearTimeout(timer);
    },
  };
}

/** The samplers of the specification; `parentbased_…` follows the caller's decision, if there is one. */
function samplerOf(name: TraceOptions['sampler'], ratio: number): Sampler {
  const root = rootSampler(name.replace('parentbased_', ''), ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
