import type { ErrorBody, ErrorCode } from '@commerce-core/core';
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  retryLink,
  splitLink,
  TRPCClientError,
  type Operation,
  type TRPCClient,
  type TRPCLink,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { Credentials } from './credentials.ts';
import type { AppRouter } from './routers/index.ts';

/** The input of each procedure, for example `RouterInputs['order']['create']`. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** The output of each procedure as JSON: times are ISO 8601 strings. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type { AppRouter, ErrorBody, ErrorCode };

export type ClientOptions = {
  /** The API's base URL, like `https://shop.example`. */
  url: string;
  /**
   * A customer's token or an operator's API key. A function is called for each request, so that tokens can be renewed.
   * When the API refuses its token, it is called with that token, and the request is sent once more with what it
   * returns.
   */
  token?: string | ((refused?: string) => string | undefined | Promise<string | undefined>) | undefined;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /**
   * How often a call is sent at most when the network fails, the server is unavailable (503), an earlier attempt of the
   * same call is still running, or the caller has sent too many calls (429). Defaults to 4; 1 means no retry. The pause
   * before a retry is at least the response's Retry-After, up to 10 s; a 429 with a longer one is not retried.
   */
  attemptsMax?: number | undefined;
};

// The server accepts 500 listed rows per batch, which are five lists of 100. Some proxies reject longer addresses.
const batchMax = 5;
const addressLengthMax = 4_000;
const retryDelayMaxMs = 10_000;

/**
 * Creates the typed client of the API, for browsers and servers. Concurrent queries share one request. Each mutation
 * has its own request with an Idempotency-Key that stays the same when the request is retried, so the mutation runs
 * once.
 *
 * A page that must be able to repeat a mutation after a reload gives its own key: `mutate(input, { context: {
 * idempotencyKey } })`.
 */
export function createClient({ url, token, fetch, attemptsMax = 4 }: ClientOptions): Client {
  const credentials = new Credentials(token, fetch);
  const options = { url: `${url.replace(/\/+$/, '')}/trpc`, fetch: credentials.fetch };
  const isRenewable = ({ context }: Operation, error: TRPCClientError<AppRouter>): boolean =>
    commerceErrorOf(error)?.code === 'unauthenticated' && credentials.mayRenew(context, error.meta?.['response']);
  // retryLink asks for the delay right after it has asked whether to retry.
  let askedToWaitMs = 0;
  return createTRPCClient<AppRouter>({
    links: [
      keyLink,
      retryLink({
        retry({ op, error, attempts }) {
          askedToWaitMs = retryAfterMsOf(error);
          return op.type === 'subscription'
            ? isTransient(error) || isRenewable(op, error)
            : (attempts < attemptsMax && !neverRetried.includes(op.path) && isTransient(error)) ||
                isRenewable(op, error);
        },
        // Random, so that clients that were refused at the same time do not all retry at the same time.
        retryDelayMs: (attempt) =>
          Math.max(
            Math.min(250 * 2 ** attempt, retryDelayMaxMs) * (0.5 + Math.random()),
            Math.min(askedToWaitMs, retryDelayMaxMs) * (1 + Math.random() / 4),
          ),
      }),
      splitLink({
        condition: ({ type }) => type === 'query',
        true: httpBatchLink({
          ...options,
          headers: async ({ opList }) => credentials.headers(opList.map(({ context }) => context)),
          maxItems: batchMax,
          maxURLLength: addressLengthMax,
        }),
        false: splitLink({
          condition: ({ type }) => type === 'subscription',
          true: streamLink(options, credentials),
          false: httpLink({
            ...options,
            headers: async ({ op }) => ({
              ...(await credentials.headers([op.context])),
              'idempotency-key': String(op.context[contextKey]),
            }),
          }),
        }),
      }),
    ],
  });
}

/** The typed client of the API. */
export type Client = TRPCClient<AppRouter>;

/**
 * Returns the code, details and hint of an error that the API returned; a `switch` on `code` narrows `details`, and
 * `hint` is a sentence that says what to do. Returns undefined for any other error, like a lost connection.
 */
export function commerceErrorOf(error: unknown): ErrorBody | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('commerce' in data)) return undefined;
  return data.commerce as ErrorBody;
}

const contextKey = 'idempotencyKey';
// Their responses have a secret that the server does not store, so a retry could not return the same one.
const neverRetried: readonly string[] = ['apiKey.create', 'webhookEndpoint.create', 'webhookEndpoint.rotateSecret'];

/** Gives each operation a context of its own, and each mutation its key once, before the retries. */
const keyLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) => {
      const key = op.context[contextKey] ?? newKey();
      const context = { ...op.context, ...(op.type === 'mutation' && { [contextKey]: key }) };
      return next({ ...op, context }).subscribe(observer);
    });

type Options = { url: string; fetch: typeof fetch };

/**
 * Sends subscriptions as server-sent events. Each connection, also one that is opened again, has a fresh token in its
 * header. An EventSource doesn't say why it was refused, so the refusal is read from the response.
 */
function streamLink({ url, fetch: send }: Options, credentials: Credentials) {
  return (...created: Parameters<TRPCLink<AppRouter>>): ReturnType<TRPCLink<AppRouter>> => {
    return (options) =>
      observable((observer) => {
        let refusal: unknown;
        let response: Response | undefined;
        const connect: typeof fetch = async (input, init) => {
          const sent = new Headers(init?.headers);
          const { context } = options.op;
          for (const [name, value] of Object.entries(await credentials.headers([context]))) sent.set(name, value);
          response = await send(input, { ...init, headers: sent });
          refusal = response.ok
            ? undefined
            : await response
                .clone()
                .json()
                .catch(() => undefined);
          return response;
        };
        const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
          url,
          EventSource,
          eventSourceOptions: { fetch: connect as never },
        });
        return link(...created)(options).subscribe({
          ...observer,
          next(value) {
            if (value.result.type === 'started') credentials.accept(options.op.context);
            observer.next(value);
          },
          error(thrown) {
            const error = refusal === undefined ? thrown : TRPCClientError.from<AppRouter>(refusal as never);
            error.meta = { ...error.meta, response };
            observer.error(error);
          },
        });
      });
  };
}

// Not randomUUID, which browsers offer to https pages only.
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** How long the response asked to wait; 0 when it did not. */
function retryAfterMsOf(error: TRPCClientError<AppRouter>): number {
  // A program's own `fetch` may have a Response of its own.
  const response = error.meta?.['response'] as Partial<Response> | undefined;
  const seconds = Number(response?.headers?.get('retry-after') ?? 0);
  return seconds > 0 ? seconds * 1_000 : 0;
}

/**
 * Whether a retry may succeed: no response, 503, an earlier attempt of the same call that is still running, or too many
 * calls a moment ago.
 */
function isTransient(error: TRPCClientError<AppRouter>): boolean {
  const code = commerceErrorOf(error)?.code;
  if (code === 'idempotency_in_progress') return true;
  if (code === 'rate_limited') return retryAfterMsOf(error) <= retryDelayMaxMs;
  const status: unknown = error.data?.httpStatus;
  return status === undefined ? error.cause?.name !== 'AbortError' && error.data === undefined : status === 503;
}
