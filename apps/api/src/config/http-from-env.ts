import { z } from 'zod';
import { callLimitsDefault } from '../http/call-limits.ts';
import { connectionLimitsDefault } from '../http/connection-limits.ts';
import { headerBytesMaxDefault, requestsMaxDefault, spareMs } from '../http/serve-limits.ts';
import { list } from './list.ts';
import { someNumber, wholeNumber } from './numbers.ts';

/** The variables of HTTP connections, requests and pages of other origins. */
export const httpVariables = {
  PORT: wholeNumber(0, 65_535).default(3_000).describe('The port to listen on; 0 takes a free one.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'The address to listen on. The default accepts connections from this machine only; a container needs `0.0.0.0`.',
    ),
  KEEP_ALIVE_SECONDS: someNumber(1, 3_600)
    .default(65)
    .describe('How long an idle connection stays open. Set it higher than your proxy keeps connections for reuse.'),
  REQUEST_SECONDS: someNumber(1, 3_700)
    .optional()
    .describe(
      'How long a client may take to send a whole request; 120 without it. ' +
        'Node.js also counts it from the opening of a connection, ' +
        'so it must be longer than `KEEP_ALIVE_SECONDS` by 10.',
    ),
  HEADER_BYTES_MAX: wholeNumber(4_096, 131_072)
    .default(headerBytesMaxDefault)
    .describe('Bytes of a request’s line and headers at most. A request beyond that gets a 431.'),
  CONNECTIONS_MAX: wholeNumber(10, 100_000)
    .default(connectionLimitsDefault.connectionsMax)
    .describe('Connections at most. A connection beyond them is closed at once. A live stream keeps one.'),
  CONNECTION_REQUESTS_MAX: wholeNumber(1, 1_000_000)
    .optional()
    .describe(
      'Requests that a connection serves in all; no limit without it. ' +
        'Its client then opens another one, which a load balancer can give to another process.',
    ),
  REQUESTS_MAX: wholeNumber(1, 100_000)
    .default(requestsMaxDefault)
    .describe('Requests under way at most, in all; those beyond get a 503. A live stream counts only while it begins.'),
  CALLS_PER_KEY: wholeNumber(0)
    .default(callLimitsDefault.perKeyMax)
    .describe('Calls a second of one API key to one process, on the average of ten seconds. Then 429. 0 is no limit.'),
  CALLS_PER_CUSTOMER: wholeNumber(0)
    .default(callLimitsDefault.perCustomerMax)
    .describe('The same of one customer, and with the token of one guest’s order.'),
  CALLS_PER_ADDRESS: wholeNumber(0)
    .default(callLimitsDefault.perAddressMax)
    .describe(
      'The same of one address, for calls without a valid key or token. A front end that renders pages on a server ' +
        'sends those of all of its visitors from one address.',
    ),
  CORS_ORIGINS: list
    .refine((all) => all.every(isOrigin), 'must be origins like https://shop.example')
    .default([])
    .describe('Origins whose pages may call the procedures, comma-separated.'),
  CORS_HEADERS: list
    .refine(
      (all) => all.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && name !== '*'),
      'must be names of headers',
    )
    .default([])
    .describe('Further headers that those pages may send, comma-separated, like `x-experiment`.'),
};

const httpEnv = z.object({ ...httpVariables, CLIENT_ADDRESS_HEADER: z.string().optional() });
type HttpEnv = z.output<typeof httpEnv>;

/** What is wrong with the variables together. */
export function httpIssues({ KEEP_ALIVE_SECONDS, REQUEST_SECONDS }: HttpEnv): { name: string; message: string }[] {
  if (REQUEST_SECONDS === undefined || REQUEST_SECONDS * 1_000 >= KEEP_ALIVE_SECONDS * 1_000 + 2 * spareMs) return [];
  const message = `must be longer than KEEP_ALIVE_SECONDS by ${(2 * spareMs) / 1_000}`;
  return [{ name: 'REQUEST_SECONDS', message }];
}

/** What `startApi` takes of them. */
export const httpFromEnv = (env: HttpEnv) => ({
  host: env.HOST,
  port: env.PORT,
  keepAliveMs: env.KEEP_ALIVE_SECONDS * 1_000,
  ...(env.REQUEST_SECONDS !== undefined && { requestMs: env.REQUEST_SECONDS * 1_000 }),
  headerBytesMax: env.HEADER_BYTES_MAX,
  connectionLimits: {
    ...connectionLimitsDefault,
    connectionsMax: env.CONNECTIONS_MAX,
    ...(env.CONNECTION_REQUESTS_MAX !== undefined && { requestsInAllMax: env.CONNECTION_REQUESTS_MAX }),
  },
  requestsMax: env.REQUESTS_MAX,
  callLimits: {
    perKeyMax: env.CALLS_PER_KEY,
    perCustomerMax: env.CALLS_PER_CUSTOMER,
    perAddressMax: env.CALLS_PER_ADDRESS,
    addressHeader: env.CLIENT_ADDRESS_HEADER,
  },
  corsOrigins: env.CORS_ORIGINS,
  corsHeaders: env.CORS_HEADERS,
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
