import type { Tracing } from '@commerce-core/core';

/** OpenTelemetry's samplers by their names in its variables. */
export const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type TraceOptions = {
  sampler: (typeof samplers)[number];
  /** From 0 to 1. */
  ratio: number;
  /** Called when spans can't be sent. */
  onFault: (message: string) => void;
};

export type RunningTraces = {
  tracing: Tracing;
  /** Sends the last spans; waits up to a second. */
  stop: () => Promise<void>;
};
