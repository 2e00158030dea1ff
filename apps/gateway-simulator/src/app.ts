import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { createApi } from './api.ts';
import { createBank, type Bank } from './bank.ts';
import { createBook, type BookEntry } from './book.ts';
import { dashboardRoutes } from './dashboard.ts';
import { createDeeds } from './deeds.ts';
import type { DeliveryPolicy } from './deliver.ts';
import { mockDialect } from './dialects/mock.ts';
import { createHostile, hostileInput } from './hostile.ts';
import { createOutbox } from './outbox.ts';
import { createPauses } from './pauses.ts';
import { answerError, NotKnown, refusal } from './refusals.ts';
import { act, payInput, paymentFor } from './shopper.ts';
import type { Line } from './told.ts';

export type { BookEntry };

export type SimulatorOptions = {
  /** Where the shop takes the webhooks of the provider `mock`. */
  webhookUrl: string;
  /** `whsec_<base64>`, the same as the shop's. */
  secret: string;
  /** The other providers that it plays. */
  others?: Line[];
  delivery?: Partial<DeliveryPolicy>;
  /** How many payments it knows before it forgets the oldest; idempotency keys and messages likewise. */
  paymentsMax?: number;
  /** How many events may be on their way at once; past it `POST /pay` answers 503. */
  pendingMax?: number;
};

export type Simulator = {
  app: Hono;
  /** Takes no new payment, finishes the attempts that have begun, gives up those that wait for a delay or a retry. */
  stop: () => Promise<void>;
};

const defaultDelivery: DeliveryPolicy = { timeoutMs: 10_000, attemptsMax: 8, backoffMs: 200, backoffMaxMs: 30_000 };

const pageInput = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});

/**
 * Pretend payment gateways. `POST /pay` is the shopper paying, the shop hears of it by webhook; `GET /book` and
 * `GET /book/:paymentId` say what was charged and told; `/dashboard` is somebody at the gateway; `POST /hostile` makes
 * everything go wrong that can; below each dialect's path is the API that the vendor has. The dialect of the provider
 * `mock` is always there. Everything is kept in memory, bounded.
 *
 * @throws Error when the secret isn't a `whsec_` one
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { paymentsMax = 50_000, pendingMax = 10_000, others = [] } = options;
  const lines = [{ dialect: mockDialect(options.secret), webhookUrl: options.webhookUrl }, ...others];
  const byProvider = new Map<string, Line>(lines.map((line) => [line.dialect.provider, line]));
  const lineOf = (provider: string) => byProvider.get(provider);

  const pauses = createPauses();
  const hostile = createHostile(pauses);
  const book = createBook(() => bank);
  const policy = { ...defaultDelivery, ...options.delivery };
  const outbox = createOutbox({ lineOf, book, policy, pauses, hostile, logMax: paymentsMax });
  const deeds = createDeeds(hostile, pauses, () => bank);
  const bank: Bank = createBank({
    onChange: (change) => {
      outbox.take(change);
      deeds.after(change);
    },
    onForget: (payment) => book.forget(payment),
    charge: (payment) => deeds.charge(payment),
    refundStatus: (payment) => deeds.refundStatus(payment),
    paymentsMax,
    prefixOf: (provider, kind) => lineOf(provider)?.dialect.ids[kind] ?? '',
  });

  const app = new Hono();
  app.use(
    bodyLimit({ maxSize: 65_536, onError: (c) => c.json(refusal('too_large', 'The body is larger than 64 KB.'), 413) }),
  );

  app.post('/pay', async (c) => {
    const input = payInput.parse(await c.req.json());
    if (pauses.isStopped() || outbox.pendingCount() >= pendingMax) {
      const message = pauses.isStopped() ? 'The simulator is stopping.' : 'Too many events are on their way.';
      return c.json(refusal('unavailable', message), 503, { 'retry-after': '1' });
    }
    const dialect = lineOf(input.provider)?.dialect;
    if (!dialect) return c.json(refusal('provider_not_played', 'This provider is not played here.'), 400);
    const { result, held } = await outbox.hold(() => {
      const payment = paymentFor(bank, dialect, input);
      return payment && { payment, type: act({ bank, deeds }, dialect, payment, input) };
    });
    if (!result && dialect.opens === 'shop') throw new NotKnown();
    if (!result)
      return c.json(refusal('validation_failed', 'A payment that is new here needs amount and currency.'), 400);
    const sent = held.map((told) => outbox.send(told, { repeat: input.repeat, delayMs: input.delayMs }));
    if (input.wait) await Promise.all(sent);
    const { payment, type } = result;
    const event = held.findLast(({ change }) => change.type === type)?.event ?? null;
    const answer = { paymentId: payment.shopPaymentId, gatewayPaymentId: payment.id, state: payment.state, event };
    return c.json(answer, input.wait ? 200 : 202);
  });

  app.get('/book', (c) => {
    const { limit, cursor } = pageInput.parse(c.req.query());
    return c.json({ totals: book.totals(), ...book.page(limit, cursor) });
  });

  app.get('/book/:paymentId', (c) => {
    const payment = book.find(c.req.param('paymentId'));
    if (payment) return c.json(payment);
    throw new NotKnown();
  });

  app.route('/dashboard', dashboardRoutes(bank, book));

  const report = () => ({ ...hostile.report(), underway: outbox.pendingCount() + deeds.waitingCount() });
  /** What waits happens now, and what was given up is told again. */
  const hurry = (): void => {
    pauses.hurry();
    outbox.tryAgain();
  };

  app.get('/hostile', (c) => c.json(report()));
  app.post('/hostile', async (c) => {
    const input = hostileInput.parse(await c.req.json());
    if ('off' in input) {
      hostile.stop();
      hurry();
    } else hostile.start(input);
    return c.json(report());
  });
  app.post('/flush', (c) => {
    hurry();
    return c.json(report());
  });

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.notFound((c) => c.json(refusal('not_found', 'There is nothing at this address.'), 404));
  app.onError(answerError);

  // Last, and a path that is empty after all others: it takes whatever is left.
  const api = createApi({ bank, outbox, hostile, pauses, keysMax: paymentsMax });
  for (const line of lines.toSorted((a, b) => b.dialect.path.length - a.dialect.path.length)) {
    app.mount(line.dialect.path || '/', api(line));
  }

  return {
    app,
    async stop() {
      pauses.stop();
      await deeds.allDone();
      await outbox.allSent();
    },
  };
}
