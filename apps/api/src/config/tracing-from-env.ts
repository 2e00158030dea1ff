import { z } from 'zod';
import { samplers, type RunningTraces, type TraceOptions } from '../observability/trace-options.ts';
import { httpUrl } from './gateways-from-env.ts';

const ratioRule = 'must be a number from 0 to 1';

/** OpenTelemetry's variables that decide whether there are traces. Traces are on when an endpoint is set. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe(
      'The address of a collector of OpenTelemetry’s traces; `/v1/traces` is added to it. Without it traces are off.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl
    .optional()
    .describe('The whole address for traces, in place of `OTEL_EXPORTER_OTLP_ENDPOINT`.'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp').describe('`none` switches traces off.'),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false').describe('`true` switches traces off.'),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers)
    .default('parentbased_always_on')
    .describe(
      'Which traces are recorded. With `parentbased_…`, a caller that sends `traceparent` has decided for its own ' +
        'trace.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number(ratioRule)
    .min(0, ratioRule)
    .max(1, ratioRule)
    .default(1)
    .describe('The part of the traces that `…traceidratio` records.'),
};
const tracingEnv = z.object(tracingVariables);

/** Starts traces if they are on. Only then OpenTelemetry is imported. */
export async function tracesFromEnv(
  env: z.output<typeof tracingEnv>,
  onFault: TraceOptions['onFault'],
): Promise<RunningTraces | undefined> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none')
    return undefined;
  const { startOpenTelemetry } = await import('../observability/open-telemetry.ts');
  return startOpenTelemetry({ sampler: env.OTEL_TRACES_SAMPLER, ratio: env.OTEL_TRACES_SAMPLER_ARG, onFault });
}
