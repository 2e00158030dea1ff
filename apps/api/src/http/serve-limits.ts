/** Bytes of a request's line and headers at most, as Node.js has it. A request beyond that gets a 431. */
export const headerBytesMaxDefault = 16_384;

/** Requests under way at most, in all. */
export const requestsMaxDefault = 4_000;

/** What lies between the times of a connection, each of which must be longer than the one before. */
export const spareMs = 5_000;

const requestMsMin = 120_000;

/**
 * The times of Node.js's server for connections that stay open for `keepAliveMs` while they are idle.
 *
 * Node.js counts the times for the headers and for the whole request from the opening of a connection, too. A proxy may
 * open a connection before it has a request. So both are longer than `keepAliveMs`, or Node.js would close a connection
 * that the proxy takes for an open one, with a 408 that is no response to any request.
 */
export const connectionTimes = (
  keepAliveMs: number,
  requestMs = Math.max(requestMsMin, keepAliveMs + 2 * spareMs),
) => ({
  keepAliveTimeout: keepAliveMs,
  headersTimeout: Math.min(keepAliveMs + spareMs, requestMs),
  requestTimeout: requestMs,
  // How often the times are looked at. Node.js's default is 30 s.
  connectionsCheckingInterval: 5_000,
});
