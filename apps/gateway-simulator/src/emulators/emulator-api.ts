import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Bank } from '../bank/bank.ts';
import type { Outbox } from '../delivery/outbox.ts';
import type { Pauses } from '../delivery/pauses.ts';
import { planCallFaults, type CallFaultPlan } from '../faults/call-fault-plan.ts';
import type { HostileMode } from '../faults/hostile-mode.ts';
import type { EmulatedProvider, QueuedWebhook } from './emulated-provider.ts';
import type { Emulator, ErrorKind } from './emulator.ts';
import { idempotentResponses, type IdempotencyOptions } from './idempotent-responses.ts';

// The shop should read the response before it receives the webhook. The fault `event_before_answer` reverses them.
const webhookAfterResponseMs = 5;
// A shop may block its webhook until this call returns. After this time the call returns first, so neither hangs.
const webhookFirstMaxMs = 1_000;

type ApiOptions = { bank: Bank; outbox: Outbox; hostile: HostileMode; pauses: Pauses; idempotency: IdempotencyOptions };
type Env = Partial<HttpBindings> | undefined;

/**
 * Creates the HTTP handlers of the emulators. Each handler runs the emulator's routes and adds idempotency keys, the
 * hostile mode's faults, and the webhooks about the call's changes.
 *
 * @returns a function from a provider to its handler
 */
export function createEmulatorApi(options: ApiOptions) {
  const { bank, outbox, hostile, pauses } = options;
  const once = idempotentResponses(options.idempotency);

  async function sendWebhooks(queued: QueuedWebhook[], plan: CallFaultPlan): Promise<void> {
    const isFirst = plan.webhookFirst && queued.length > 0;
    const sent = queued.map((one) => outbox.send(one, { delayMs: isFirst ? 0 : webhookAfterResponseMs }));
    if (!isFirst) return;
    await Promise.race([Promise.all(sent), pauses.wait(webhookFirstMaxMs)]);
    // Another fault may have delayed or dropped the webhook.
    if (queued.some(({ event }) => event.attempts.length > 0)) hostile.count('event_before_answer');
  }

  return ({ emulator }: EmulatedProvider) => {
    const webhooksSince = (since: Date) => outbox.webhooksSince(emulator.provider, since);
    const routes: Hono = emulator.routes({ bank, webhooksSince });
    return async (request: Request, env: Env): Promise<Response> => {
      const body = await request.clone().text();
      const plan = planCallFaults(hostile, bank, emulator.provider, request, body);
      const silenceMs = hostile.settings?.silenceMs ?? 0;
      if (plan.latencyMs > 0) hostile.count('latency');
      await hostile.wait(plan.latencyMs);
      if (plan.before) {
        hostile.count(plan.before);
        if (plan.before === 'silence_before') return hangUp(emulator, env, () => hostile.wait(silenceMs));
        return errorOf(emulator, plan.before === 'rate_limited' ? 'rate_limited' : 'internal_error');
      }
      const { result, queued } = await outbox.collectDuring(() =>
        once(request, body, emulator, async () => routes.fetch(request, env)),
      );
      await sendWebhooks(queued, plan);
      if (!plan.after) return result;
      hostile.count(plan.after);
      if (plan.after === 'error_after') return errorOf(emulator, 'internal_error');
      return hangUp(emulator, env, () => hostile.wait(plan.after === 'silence_after' ? silenceMs : 0));
    };
  };
}

/**
 * Sends no response. The connection ends when the caller closes it or when `timeout` ends. A request without a
 * connection (in tests) gets an internal error.
 */
async function hangUp(emulator: Emulator, env: Env, timeout: () => Promise<void>): Promise<Response> {
  const socket = env?.incoming?.socket;
  if (!socket) return errorOf(emulator, 'internal_error');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([timeout(), closed]);
  socket.destroy();
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

function errorOf(emulator: Emulator, kind: ErrorKind): Response {
  const { status, body } = emulator.errorResponse(kind);
  return Response.json(body, { status, ...(kind === 'rate_limited' && { headers: { 'retry-after': '1' } }) });
}
