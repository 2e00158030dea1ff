import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Chance } from '../chance.ts';
import { present } from '../present.ts';
import { createStreamPasser } from './pass-stream.ts';

/** How many requests and responses between callers and the API were lost. */
export type LostCalls = { request_lost: number; answer_lost: number };

/** How often each fault before the API occurred. */
export type LoadBalancerFaults = LostCalls & { stream_cut: number };

/** The one address of all API processes. */
export type LoadBalancer = {
  url: string;
  counts: () => LoadBalancerFaults;
  stopFaults: () => void;
  close: () => Promise<void>;
};

const rates = { request_lost: 0.03, answer_lost: 0.06 } as const;
const hopByHopHeaders = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

/**
 * Opens a load balancer before the API processes. It passes each call to the next process that accepts connections. For
 * some POST requests, webhooks included, it loses the request or the response. It cuts streams of events.
 */
export async function openLoadBalancer(chance: Chance, targets: () => readonly string[]): Promise<LoadBalancer> {
  const counts: LostCalls = { request_lost: 0, answer_lost: 0 };
  const faultOf = createFaultPlan(chance);
  const forward = createForwarder(targets);
  const streams = createStreamPasser(chance);
  let faultsStopped = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fault = faultsStopped ? undefined : faultOf(request, body);
    if (fault) counts[fault] += 1;
    if (fault === 'request_lost') return void response.destroy();
    const forwarded = await forward(request, body);
    const isStream = forwarded?.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    const content = forwarded && !isStream && Buffer.from(await forwarded.arrayBuffer());
    if (!forwarded || content === undefined || fault === 'answer_lost') return void response.destroy();
    response.writeHead(forwarded.status, [...forwarded.headers].filter(([name]) => !hopByHopHeaders.has(name)).flat());
    if (content === false) await streams.pass(present(forwarded.body, 'stream'), response);
    else response.end(content);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => ({ ...counts, stream_cut: streams.cuts() }),
    stopFaults: () => {
      faultsStopped = true;
      streams.stopFaults();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Creates a function that decides by a call's key and its number of attempts whether its request or response is lost.
 */
function createFaultPlan(chance: Chance) {
  const attempts = new Map<string, number>();
  return ({ method, url, headers }: IncomingMessage, body: Buffer): keyof LostCalls | undefined => {
    if (method !== 'POST') return undefined;
    const given = headers['idempotency-key'];
    const name = typeof given === 'string' ? `${url} ${given}` : createHash('sha256').update(body).digest('hex');
    const nth = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, nth);
    const drawn = chance.fraction(`front ${name} ${nth}`);
    if (drawn < rates.request_lost) return 'request_lost';
    return drawn < rates.request_lost + rates.answer_lost ? 'answer_lost' : undefined;
  };
}

/** Creates a function that passes a request to the next process that accepts connections. */
function createForwarder(targets: () => readonly string[]) {
  let turn = 0;
  return async (request: IncomingMessage, body: Buffer): Promise<Response | undefined> => {
    const alive = targets();
    for (const _ of alive) {
      const target = present(alive[(turn += 1) % alive.length], 'process');
      try {
        return await fetch(target + request.url, {
          method: present(request.method, 'method'),
          headers: forwardedHeaders(request.headers),
          redirect: 'manual',
          ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
        });
      } catch (error) {
        // A process that received the call may have run it, so only a refused connection allows another process.
        if (!isConnectionRefused(error)) return undefined;
      }
    }
    return undefined;
  };
}

const forwardedHeaders = (headers: IncomingHttpHeaders): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !hopByHopHeaders.has(name) ? [[name, value]] : [],
  );

const isConnectionRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';
