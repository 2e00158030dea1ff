import type { BatcherOptions, Queue } from '@commerce-core/pg-pipeline';
import type { Tracing } from '../tracing/tracing.ts';
import type { SharedCall } from './shared-transaction.ts';

type RunBatch = BatcherOptions<SharedCall, unknown>['run'];

/** A queue whose calls know the span of their caller, and whose commands carry its trace context. */
export function traceCalls(
  queue: Pick<Queue<SharedCall, unknown>, 'submit'>,
  tracing: Tracing,
): Pick<Queue<SharedCall, unknown>, 'submit'> {
  return {
    submit: async (call, signal) => {
      const traced = { ...(call.command as object), traceparent: tracing.traceparent() };
      return queue.submit({ ...call, command: traced, caller: tracing.activeSpan() }, signal);
    },
  };
}

/**
 * Runs each batch in a span. The batch of one caller belongs to the caller's span. That of several belongs to the span
 * of the first one whose trace is recorded, and has links to all of them; each other caller's span has a link to the
 * batch.
 */
export function traceBatches(run: RunBatch, tracing: Tracing): RunBatch {
  return async (calls, how) => {
    const callers = new Set(calls.flatMap(({ caller }) => caller ?? []));
    // A batch may begin when another one ends, whose callers have nothing to do with it.
    if (callers.size === 0) return tracing.causedBy(null, async () => run(calls, how));
    const causes = [...callers].map((caller) => caller.spanContext());
    const options = { name: 'batch', attributes: { 'commerce.batch.calls': calls.length }, causes };
    return tracing.inSpan(options, async (span) => {
      const context = span.spanContext();
      for (const caller of callers) if (caller.spanContext().traceId !== context.traceId) caller.addLink({ context });
      return run(calls, how);
    });
  };
}
