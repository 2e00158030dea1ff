import type { ErrorBody, ErrorCode } from '@commerce-core/core';
import { createTRPCClient, httpBatchLink, httpLink, splitLink, TRPCClientError } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './routers/index.ts';

/** What each procedure takes, as `RouterInputs['order']['create']`. */
export type RouterInputs = inferRouterInputs<AppRouter>;
/** What each procedure answers, as it is on the wire: times are ISO 8601 strings. */
export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type { ErrorBody, ErrorCode };

export type ClientOptions = {
  /** Where the API is, like `https://shop.example`. */
  url: string;
  /** A customer's token or an operator's API key; a function is asked at each request, so tokens can be renewed. */
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Another `fetch` than the global one. */
  fetch?: typeof fetch | undefined;
};

// The server takes 50 calls at once. An address longer than this gets lost in proxies on the way.
const batchMax = 50;
const addressLengthMax = 4_000;

/**
 * The typed client of the API, for browsers and servers. Queries that are asked in one go travel together; a mutation
 * always has a request of its own.
 */
export function createClient({ url, token, fetch }: ClientOptions) {
  const options = {
    url: `${url.replace(/\/+$/, '')}/trpc`,
    headers: async () => {
      const bearer = typeof token === 'function' ? await token() : token;
      return bearer ? { authorization: `Bearer ${bearer}` } : {};
    },
    ...(fetch ? { fetch } : {}),
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'query',
        true: httpBatchLink({ ...options, maxItems: batchMax, maxURLLength: addressLengthMax }),
        false: httpLink(options),
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
