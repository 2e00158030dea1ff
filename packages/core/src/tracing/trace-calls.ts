import { requestHeaders } from '../gateways/request-headers.ts';
import type { SpanOptions, Tracing } from './tracing.ts';

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * Returns a function that makes the same call in a span. Requests that an adapter makes by `callGateway` carry the
 * header `traceparent`.
 */
export const traceCall =
  (tracing: Tracing, options: SpanOptions, call: Call): Call =>
  async (...args) =>
    tracing.inSpan(options, async () => {
      const traceparent = tracing.traceparent();
      return requestHeaders.run(traceparent === null ? {} : { traceparent }, async () => call(...args));
    });

/** The methods of an object that make calls, each in a span. Those that the object doesn't have are left out. */
export function traceMethods<T extends object>(
  adapter: T,
  names: readonly (keyof T)[],
  trace: (name: string, call: Call) => Call,
): Map<PropertyKey, unknown> {
  const methods = new Map<PropertyKey, unknown>();
  for (const name of names) {
    // Each of these methods takes its own arguments and returns a promise.
    const method = adapter[name] as Call | undefined;
    if (method) methods.set(name, trace(String(name), method.bind(adapter)));
  }
  return methods;
}

/** Returns the same adapter with other methods. All else is the adapter's own, and sees the adapter itself. */
export function withMethods<T extends object>(adapter: T, methods: ReadonlyMap<PropertyKey, unknown>): T {
  // Not a copy, because an adapter may be an object of a class. The proxy's target is another object, because a proxy
  // of a frozen object must return its own methods.
  return new Proxy<T>(Object.create(adapter) as T, {
    get(_, name) {
      if (methods.has(name)) return methods.get(name);
      const value: unknown = Reflect.get(adapter, name, adapter);
      return typeof value === 'function' ? (value.bind(adapter) as unknown) : value;
    },
  });
}
