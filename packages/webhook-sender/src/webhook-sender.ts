import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { checkedLookup, dnsResolve, systemResolve, type Resolve } from './checked-lookup.ts';
import { urlProblem } from './url-problem.ts';

export type WebhookSenderOptions = {
  /** Allows http, and receivers on loopback and in private networks. For development. */
  allowPrivate?: boolean;
  /** How long an exchange may take, from the lookup of the name to the end of the answer; defaults to 15 seconds. */
  deadlineMs?: number;
  /** Finds the addresses of a host name. */
  resolve?: Resolve;
  /** Further certificate authorities to trust, as PEM. */
  ca?: string;
};

export type WebhookRequest = { url: string; headers: Readonly<Record<string, string>>; body: string };

/**
 * Why an exchange has no complete answer: the URL or its address may not be used, the name has no address, no
 * connection, a certificate that isn't valid for the name, or the deadline.
 */
export type WebhookFailure = 'address_not_allowed' | 'name_not_found' | 'connection' | 'certificate' | 'timeout';

export type WebhookAnswer = {
  /** null when no answer has begun. A redirect is an answer as any other: it is never followed. */
  statusCode: number | null;
  /** null when the answer is complete, or 16 KiB of it were read. */
  failure: WebhookFailure | null;
  /** The first 1 KiB of the answer, as text. */
  answer: string;
  /** The answer's header Retry-After. */
  retryAfter: string | null;
  durationMs: number;
};

const readMax = 16 * 1_024;
const keptMax = 1_024;

/**
 * Sends webhooks to URLs that strangers have chosen. Connects to checked public addresses only, ignores proxies of the
 * environment, follows no redirect, and bounds the time and the size of an answer.
 */
export function createWebhookSender({
  allowPrivate = false,
  deadlineMs = 15_000,
  resolve = allowPrivate ? systemResolve : dnsResolve(),
  ca,
}: WebhookSenderOptions = {}) {
  const agent = new Agent({
    allowH2: false,
    // Ended by the deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    connect: {
      timeout: deadlineMs,
      lookup: checkedLookup(resolve, allowPrivate ? () => true : undefined),
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca }),
    },
  });

  return {
    /** Why a URL can't be used, as the end of a sentence; undefined where it can. */
    urlProblem: (url: string): string | undefined => urlProblem(url, { allowPrivate }),

    /**
     * Posts `body` and reads the answer.
     * @param signal ends the exchange early, as the deadline does
     * @throws nothing: an exchange that fails has a `failure`
     */
    async send({ url, headers, body }: WebhookRequest, signal?: AbortSignal): Promise<WebhookAnswer> {
      const begin = performance.now();
      const answer: WebhookAnswer = { statusCode: null, failure: null, answer: '', retryAfter: null, durationMs: 0 };
      const deadline = AbortSignal.timeout(deadlineMs);
      try {
        if (urlProblem(url, { allowPrivate }) !== undefined) return { ...answer, failure: 'address_not_allowed' };
        const response = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers,
          body,
          signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        });
        answer.statusCode = response.statusCode;
        answer.retryAfter = firstOf(response.headers['retry-after']);
        await readStart(response.body, (text) => {
          answer.answer = text;
        });
      } catch (error) {
        answer.failure = deadline.aborted || signal?.aborted ? 'timeout' : failureOf(error);
      }
      return { ...answer, durationMs: Math.round(performance.now() - begin) };
    },

    /** Closes all connections. */
    close: async (): Promise<void> => agent.destroy(),
  };
}

/** Reads up to 16 KiB. Calls `keep` with the start of what was read, also when the rest never comes. */
async function readStart(body: Readable, keep: (text: string) => void): Promise<void> {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    // Leaving the loop destroys the body, and with it the connection if the answer isn't complete.
    for await (const chunk of body) {
      // The body has no encoding, so its chunks are buffers.
      const part = chunk as Buffer;
      if (bytes < keptMax) kept.push(part.subarray(0, keptMax - bytes));
      bytes += part.length;
      if (bytes >= readMax) break;
    }
  } finally {
    // PostgreSQL's text has no NUL.
    keep(Buffer.concat(kept).toString('utf8').replaceAll('\0', ''));
  }
}

const firstOf = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

function failureOf(error: unknown): WebhookFailure {
  const codes = codesOf(error);
  if (codes.includes('ERR_ADDRESS_NOT_PUBLIC')) return 'address_not_allowed';
  if (codes.some((code) => /^(ENOTFOUND|ENODATA|EAI_|ESERVFAIL|EREFUSED|ENONAME)/.test(code))) return 'name_not_found';
  if (codes.some((code) => /CERT|^ERR_TLS|SIGNATURE|^ERR_SSL|SSL_/.test(code))) return 'certificate';
  if (codes.includes('UND_ERR_CONNECT_TIMEOUT')) return 'timeout';
  return 'connection';
}

/** The codes of an error, of its causes, and of the errors that it collects. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as { code?: unknown };
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...(typeof code === 'string' ? [code] : []), ...inner, ...codesOf(error.cause)];
}
