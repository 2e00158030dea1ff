import type { Gateway, PaymentInitiation } from '../../gateways/gateway.ts';
import { requestHeaders } from '../../gateways/request-headers.ts';
import type { Tracing } from '../../tracing/tracing.ts';

/** The methods that call the gateway. */
const calls = ['confirm', 'retrieve', 'capture', 'cancel', 'refund', 'listEvents'] as const;

/**
 * Returns the same gateway, whose calls each have a span. Requests that an adapter makes by `callGateway` carry the
 * header `traceparent`.
 */
export function traceGateway(gateway: Gateway, tracing: Tracing): Gateway {
  const traced = <A extends unknown[], T>(operation: string, call: (...args: A) => Promise<T>) => {
    const options = {
      name: `gateway ${operation}`,
      kind: 'CLIENT',
      attributes: { 'commerce.gateway.provider': gateway.provider, 'commerce.gateway.operation': operation },
    } as const;
    return async (...args: A): Promise<T> =>
      tracing.inSpan(options, async () => {
        const traceparent = tracing.traceparent();
        return requestHeaders.run(traceparent === null ? {} : { traceparent }, async () => call(...args));
      });
  };
  const methods = new Map<PropertyKey, unknown>();
  for (const name of calls) {
    // Each of these methods takes its own arguments and returns a promise.
    const method = gateway[name] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    if (method) methods.set(name, traced(name, method.bind(gateway)));
  }
  const { initiation } = gateway;
  if (initiation.by === 'server') {
    const initiate = traced('initiate', initiation.initiate.bind(initiation));
    methods.set('initiation', { by: 'server', initiate } satisfies PaymentInitiation);
  }
  // Not a copy, because a gateway may be an object of a class. The proxy's target is another object, because a proxy of
  // a frozen object must return its own methods.
  return new Proxy<Gateway>(Object.create(gateway) as Gateway, {
    get(_, name) {
      if (methods.has(name)) return methods.get(name);
      const value: unknown = Reflect.get(gateway, name, gateway);
      return typeof value === 'function' ? (value.bind(gateway) as unknown) : value;
    },
  });
}
