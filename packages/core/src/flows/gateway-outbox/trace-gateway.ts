import type { Gateway } from '../../gateways/gateway.ts';
import { traceCall, traceMethods, withMethods } from '../../tracing/trace-calls.ts';
import type { Tracing } from '../../tracing/tracing.ts';

/** Returns the same gateway, whose calls each have a span. */
export function traceGateway(gateway: Gateway, tracing: Tracing): Gateway {
  const trace = (operation: string, call: Parameters<typeof traceCall>[2]) =>
    traceCall(
      tracing,
      {
        name: `gateway ${operation}`,
        kind: 'CLIENT',
        attributes: { 'commerce.gateway.provider': gateway.provider, 'commerce.gateway.operation': operation },
      },
      call,
    );
  const calls = ['confirm', 'retrieve', 'capture', 'cancel', 'refund', 'listEvents'] as const;
  const methods = traceMethods(gateway, calls, trace);
  const { initiation } = gateway;
  if (initiation.by === 'server')
    methods.set('initiation', {
      by: 'server',
      initiate: traceMethods(initiation, ['initiate'], trace).get('initiate'),
    });
  return withMethods(gateway, methods);
}
