import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { createBook } from './book.ts';
import type { DeliveryPolicy } from './deliver.ts';
import { deliver, pause, taken } from './deliver.ts';
import type { Dialect } from './mock-dialect.ts';
import { mockDialect } from './mock-dialect.ts';
import type { Attempt, GatewayEvent, PayInput } from './payment.ts';
import { payInput } from './payment.ts';

export type SimulatorOptions = {
  /** Where the shop takes the webhooks of the provider `mock`. */
  webhookUrl: string;
  /** `whsec_<base64>`, the same as the shop's. */
  secret: string;
  delivery?: Partial<DeliveryPolicy>;
  /** How many payments the book lists before it forgets the oldest. */
  paymentsMax?: number;
  /** How many events may be on their way at once; past it `POST /pay` answers 503. */
  pendingMax?: number;
};

export type Simulator = {
  app: Hono;
  /** Takes no new payment, finishes the attempts that have begun, gives up those that wait for a delay or a retry. */
  stop: () => Promise<void>;
};

const DELIVERY: DeliveryPolicy = { timeoutMs: 10_000, attemptsMax: 8, backoffMs: 200, backoffMaxMs: 30_000 };

const pageInput = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});

/**
 * A pretend payment gateway: `POST /pay` is the shopper paying, the shop hears of it by webhook, and `GET /book` and
 * `GET /book/:paymentId` say what was charged and told. Everything is kept in memory, bounded.
 *
 * @throws Error when the secret isn't a `whsec_` one
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { paymentsMax = 50_000, pendingMax = 10_000 } = options;
  const policy = { ...DELIVERY, ...options.delivery };
  const dialect: Dialect = mockDialect(options.secret);
  const book = createBook(paymentsMax);
  const stopping = new AbortController();
  const pending = new Set<Promise<void>>();

  /** Delivers the event and all its repetitions; `answered` hears of the first attempt that the shop answered. */
  async function tell(event: GatewayEvent, input: PayInput, answered: () => void): Promise<void> {
    if (input.delayMs > 0) await pause(input.delayMs, stopping.signal);
    const note = (attempt: Attempt) => {
      book.noteAttempt(event, attempt);
      if (taken(attempt) && event.state === 'PENDING') book.settle(event, 'DELIVERED');
      if (attempt.status !== null) answered();
    };
    const message = () => dialect(event, input.paymentId, new Date());
    const one = () => deliver(options.webhookUrl, message, policy, stopping.signal, note);
    await Promise.all(Array.from({ length: input.repeat }, one));
    if (event.state === 'PENDING') book.settle(event, 'GIVEN_UP');
    answered();
  }

  const app = new Hono();

  app.post('/pay', bodyLimit({ maxSize: 65_536, onError: (c) => c.json(tooLarge, 413) }), async (c) => {
    let body: unknown;
    try {
      body = await c.req.json();
    } catch {
      return c.json({ code: 'malformed_json', message: 'The body is not JSON.', details: null }, 400);
    }
    const input = payInput.safeParse(body);
    if (!input.success) return c.json(invalid(input.error), 400);
    if (stopping.signal.aborted || pending.size >= pendingMax) {
      const message = stopping.signal.aborted ? 'The simulator is stopping.' : 'Too many events are on their way.';
      return c.json({ code: 'unavailable', message, details: null }, 503, { 'retry-after': '1' });
    }
    const event = book.record(input.data, new Date());
    const answered = Promise.withResolvers<void>();
    const told = tell(event, input.data, answered.resolve).finally(() => pending.delete(told));
    pending.add(told);
    if (input.data.wait) await answered.promise;
    return c.json({ paymentId: input.data.paymentId, event }, input.data.wait ? 200 : 202);
  });

  app.get('/book', (c) => {
    const input = pageInput.safeParse(c.req.query());
    if (!input.success) return c.json(invalid(input.error), 400);
    return c.json({ totals: book.totals(), ...book.page(input.data.limit, input.data.cursor) });
  });

  app.get('/book/:paymentId', (c) => {
    const payment = book.find(c.req.param('paymentId'));
    if (payment) return c.json(payment);
    return c.json({ code: 'payment_not_found', message: 'Nobody has paid this payment here.', details: null }, 404);
  });

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.notFound((c) => c.json({ code: 'not_found', message: 'There is nothing at this address.', details: null }, 404));
  app.onError((error, c) => {
    process.stderr.write(`gateway simulator: ${error.stack ?? error.message}\n`);
    return c.json({ code: 'internal', message: 'The simulator failed.', details: null }, 500);
  });

  return {
    app,
    async stop() {
      stopping.abort();
      await Promise.all(pending);
    },
  };
}

const tooLarge = { code: 'too_large', message: 'The body is larger than 64 KB.', details: null };

function invalid(error: z.ZodError) {
  const issues = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  return { code: 'validation_failed', message: 'The input is not valid.', details: { issues } };
}
