import { AsyncLocalStorage } from 'node:async_hooks';

/** Headers that `callGateway` adds to the requests of the gateway call that runs now; none without tracing. */
export const requestHeaders = new AsyncLocalStorage<Readonly<Record<string, string>>>();
