import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Chance } from '../chance.ts';

/** What goes wrong between a caller and the API. */
export type FrontCounts = { request_lost: number; answer_lost: number };

export type Front = { url: string; counts: FrontCounts; calm: () => void; close: () => Promise<void> };

const rates = { request_lost: 0.03, answer_lost: 0.06 } as const;
const ofOneHop = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

/**
 * What stands before the API's processes, as a load balancer does: hands each call to the next one that answers. Calls
 * that change something, webhooks too, lose their request on the way there or their answer on the way back now and then.
 */
export async function openFront(chance: Chance, targets: () => readonly string[]): Promise<Front> {
  const counts: FrontCounts = { request_lost: 0, answer_lost: 0 };
  const seen = new Map<string, number>();
  let isCalm = false;
  let turn = 0;

  /** What becomes of a call, by what it is and which time it comes. */
  function fateOf(request: IncomingMessage, body: Buffer): keyof FrontCounts | undefined {
    if (isCalm || request.method !== 'POST') return undefined;
    const given = request.headers['idempotency-key'];
    const name =
      typeof given === 'string' ? `${request.url} ${given}` : createHash('sha256').update(body).digest('hex');
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const drawn = chance.fraction(`front ${name} ${nth}`);
    if (drawn < rates.request_lost) return 'request_lost';
    return drawn < rates.request_lost + rates.answer_lost ? 'answer_lost' : undefined;
  }

  async function forward(request: IncomingMessage, body: Buffer): Promise<Response | undefined> {
    const alive = targets();
    for (let tries = 0; tries < alive.length; tries += 1) {
      const target = alive[(turn += 1) % alive.length]!;
      try {
        return await fetch(target + request.url, {
          method: request.method!,
          headers: passed(request.headers),
          redirect: 'manual',
          ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
        });
      } catch (error) {
        // Whoever got the call may have done it: only one that never got it is safe to hand on.
        if (!isRefused(error)) return undefined;
      }
    }
    return undefined;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fate = fateOf(request, body);
    if (fate) counts[fate] += 1;
    if (fate === 'request_lost') return void response.destroy();
    const answer = await forward(request, body);
    const content = answer && Buffer.from(await answer.arrayBuffer());
    if (!answer || !content || fate === 'answer_lost') return void response.destroy();
    response.writeHead(answer.status, [...answer.headers].filter(([name]) => !ofOneHop.has(name)).flat());
    response.end(content);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    calm: () => {
      isCalm = true;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const passed = (headers: IncomingHttpHeaders): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !ofOneHop.has(name) ? [[name, value]] : [],
  );

const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';
