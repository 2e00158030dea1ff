import type { Parcel } from '../../shipping/parcel.ts';
import type { TrackingProvider } from '../../shipping/tracking-provider.ts';
import { traceCall, traceMethods, withMethods } from '../../tracing/trace-calls.ts';
import type { Tracing } from '../../tracing/tracing.ts';

/** Returns the same provider, whose calls each have a span. */
export function traceTracking(provider: TrackingProvider, tracing: Tracing): TrackingProvider {
  const methods = traceMethods(provider, ['register', 'poll'], (operation, call) =>
    traceCall(
      tracing,
      {
        name: `tracking ${operation}`,
        kind: 'CLIENT',
        attributes: { 'commerce.tracking.provider': provider.name, 'commerce.tracking.operation': operation },
      },
      call,
    ),
  );
  return withMethods(provider, methods);
}

/** Runs a job's work on a parcel in a span, so that the events which it records belong to a trace. */
export async function traceParcel(
  tracing: Tracing | undefined,
  { id, orderId }: Parcel,
  work: () => Promise<void>,
): Promise<void> {
  if (!tracing) return work();
  const attributes = { 'commerce.parcel.id': id, 'commerce.order.id': orderId };
  return tracing.inSpan({ name: 'track parcel', attributes }, work);
}
