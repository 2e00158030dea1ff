import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { answerOnce } from './answer-once.ts';
import type { Bank } from './bank.ts';
import { callFate } from './call-fate.ts';
import type { Dialect, Fault } from './dialect.ts';
import type { Hostile } from './hostile.ts';
import type { Outbox } from './outbox.ts';
import type { Pauses } from './pauses.ts';
import type { Line } from './told.ts';

// The shop should have read our answer before it hears of what it did: that it hears of it first is a fault.
const afterAnswerMs = 5;
// Somebody who answers a webhook only once this call is answered must not hang both.
const eventFirstMs = 1_000;

export type ApiOptions = { bank: Bank; outbox: Outbox; hostile: Hostile; pauses: Pauses; keysMax: number };

/** The gateways' APIs: each dialect's routes, and what goes for all of them. */
export function createApi({ bank, outbox, hostile, pauses, keysMax }: ApiOptions) {
  const once = answerOnce(keysMax);

  /** No answer: the connection ends when the caller gives up, or after a while. Without a connection it is a 500. */
  async function hangUp(dialect: Dialect, env: Partial<HttpBindings> | undefined, afterMs: number): Promise<Response> {
    const socket = env?.incoming?.socket;
    if (!socket) return failed(dialect, 'internal_error');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await Promise.race([hostile.wait(afterMs), closed]);
    socket.destroy();
    return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
  }

  return ({ dialect }: Line) => {
    const routes: Hono = dialect.routes({
      bank,
      messagesSince: (since) => outbox.messagesSince(dialect.provider, since),
    });
    return async (request: Request, env: Partial<HttpBindings> | undefined): Promise<Response> => {
      const body = await request.clone().text();
      const fate = callFate(hostile, bank, dialect.provider, request, body);
      const silenceMs = hostile.settings()?.silenceMs ?? 0;
      if (fate.latencyMs > 0) hostile.count('latency');
      await hostile.wait(fate.latencyMs);
      if (fate.before) {
        hostile.count(fate.before);
        if (fate.before === 'silence_before') return hangUp(dialect, env, silenceMs);
        return failed(dialect, fate.before === 'rate_limited' ? 'rate_limited' : 'internal_error');
      }

      const { result, held } = await outbox.hold(() =>
        once(request, body, dialect, async () => routes.fetch(request, env)),
      );
      const isFirst = fate.eventFirst && held.length > 0;
      const told = held.map((one) => outbox.send(one, { delayMs: isFirst ? 0 : afterAnswerMs }));
      if (isFirst) {
        await Promise.race([Promise.all(told), pauses.wait(eventFirstMs)]);
        // It may be late or lost, by other faults.
        if (held.some(({ event }) => event.attempts.length > 0)) hostile.count('event_before_answer');
      }
      if (!fate.after) return result;
      hostile.count(fate.after);
      if (fate.after === 'error_after') return failed(dialect, 'internal_error');
      return hangUp(dialect, env, fate.after === 'silence_after' ? silenceMs : 0);
    };
  };
}

function failed(dialect: Dialect, fault: Fault): Response {
  const { status, body } = dialect.fault(fault);
  return Response.json(body, { status, ...(fault === 'rate_limited' && { headers: { 'retry-after': '1' } }) });
}
