import type { ErrorBody, ErrorCode } from '@commerce-core/core';
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  retryLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from './routers/index.ts';

/** What each procedure takes, as `RouterInputs['order']['create']`. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What each procedure answers, as it is on the wire: times are ISO 8601 strings. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type { ErrorBody, ErrorCode };

export type ClientOptions = {
  /** Where the API is, like `https://shop.example`. */
  url: string;
  /** A customer's token or an operator's API key; a function is asked at each request, so that tokens can be renewed. */
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Another `fetch` than the global one. */
  fetch?: typeof fetch | undefined;
  /**
   * How often a call is sent at most when the network fails, the server is busy (503) or still at the same call, which was
   * sent before; 4 unless said, 1 is once.
   */
  attemptsMax?: number | undefined;
};

// The server takes 50 calls at once. An address longer than this gets lost in proxies on the way.
const batchMax = 50;
const addressLengthMax = 4_000;

/**
 * The typed client of the API, for browsers and servers. Queries that are asked in one go travel together; a mutation
 * always has a request of its own, with an Idempotency-Key that stays the same when it is sent again: it happens once.
 * To keep a key beyond this page's life, give your own: `mutate(input, { context: { idempotencyKey } })`.
 */
export function createClient({ url, token, fetch, attemptsMax = 4 }: ClientOptions) {
  const authorization = async (): Promise<Record<string, string>> => {
    const bearer = typeof token === 'function' ? await token() : token;
    return bearer ? { authorization: `Bearer ${bearer}` } : {};
  };
  const options = { url: `${url.replace(/\/+$/, '')}/trpc`, ...(fetch ? { fetch } : {}) };
  return createTRPCClient<AppRouter>({
    links: [
      keyed,
      retryLink({
        retry: ({ op, error, attempts }) => attempts < attemptsMax && op.path !== neverAgain && mayBeOver(error),
        // Spread, so that those who were refused together don't come back together.
        retryDelayMs: (attempt) => 250 * 2 ** attempt * (0.5 + Math.random()),
      }),
      splitLink({
        condition: ({ type }) => type === 'query',
        true: httpBatchLink({ ...options, headers: authorization, maxItems: batchMax, maxURLLength: addressLengthMax }),
        false: httpLink({
          ...options,
          headers: async ({ op }) => ({
            ...(await authorization()),
            'idempotency-key': String(op.context[contextKey]),
          }),
        }),
      }),
    ],
  });
}

export type Client = ReturnType<typeof createClient>;

/**
 * What the API refused, to `switch` on: `code` narrows `details`. Undefined for what isn't an answer of the API, like a
 * lost connection.
 */
export function commerceErrorOf(error: unknown): ErrorBody | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('commerce' in data)) return undefined;
  return data.commerce as ErrorBody;
}

const contextKey = 'idempotencyKey';
// Its answer has a secret, which is stored nowhere and so can't be given again.
const neverAgain = 'apiKey.create';

/** Gives each mutation its key, once, before it may be sent several times. */
const keyed: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) => {
      const key = op.context[contextKey] ?? newKey();
      const context = op.type === 'mutation' ? { ...op.context, [contextKey]: key } : op.context;
      return next({ ...op, context }).subscribe(observer);
    });

// Not randomUUID: pages without https don't have it.
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** No answer at all, 503, or our own first sending that is still under way: over in a moment, or they will say so again. */
function mayBeOver(error: TRPCClientError<AppRouter>): boolean {
  if (commerceErrorOf(error)?.code === 'idempotency_in_progress') return true;
  const status: unknown = error.data?.httpStatus;
  return status === undefined ? error.cause?.name !== 'AbortError' && error.data === undefined : status === 503;
}
