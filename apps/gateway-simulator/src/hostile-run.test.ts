import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BookEntry, Totals } from './book.ts';
import { until } from './shop.testing.ts';
import { startSimulator } from './simulator.testing.ts';

test('when all of it is over, every event was delivered or dropped, and the book’s sums hold', async () => {
  const { ask, pay, shop } = await startSimulator();
  await ask('/hostile', { seed: 3, scale: 3, delayMs: 60_000, latencyMs: 3, silenceMs: 20 });
  await Promise.all(
    Array.from({ length: 80 }, async (_, number) => {
      const paymentId = randomUUID();
      const price = { amount: 1000, currency: 'EUR' };
      await pay({
        ...price,
        paymentId,
        outcome: number % 2 ? 'CAPTURED' : 'AUTHORIZED',
        luck: String(number),
        wait: false,
      });
      const path = `/mock/v1/payments/${paymentId}`;
      for (let tries = 0; tries < 3; tries += 1) {
        await ask(`${path}/capture`, { amount: 700 }, { 'idempotency-key': `capture-${paymentId}` }).catch(() => {});
        await ask(
          `${path}/refunds`,
          { refundId: `r-${number}`, amount: 300 },
          { 'idempotency-key': `r-${number}` },
        ).catch(() => {});
      }
    }),
  );
  const { counts } = (await ask('/hostile', { off: true })).body;
  await until(async () => (await ask('/hostile')).body.underway === 0);
  expect(Object.values<number>(counts).filter((count) => count > 0).length).toBeGreaterThan(15);

  const { totals, items } = (await ask('/book?limit=1000')).body as { totals: Totals; items: BookEntry[] };
  expect(totals.events).toMatchObject({ PENDING: 0, GIVEN_UP: 0, DROPPED: counts.dropped });
  const heard = new Set(shop.received.map(({ headers }) => headers['webhook-id']));
  for (const { events, authorizedAmount, capturedAmount, releasedAmount, refundedAmount, refunds, disputes } of items) {
    for (const { id, state } of events) expect(heard.has(id), state).toBe(state === 'DELIVERED');
    const contested = disputes.filter(({ status }) => status !== 'WON').reduce((sum, { amount }) => sum + amount, 0);
    expect(refundedAmount + contested).toBeLessThanOrEqual(capturedAmount);
    expect(capturedAmount + releasedAmount).toBeLessThanOrEqual(authorizedAmount);
    expect(refunds.filter(({ refundId }) => refundId !== null).length).toBeLessThanOrEqual(1);
    expect(refunds.map(({ status }) => status)).not.toContain('PENDING');
  }
});

describe('the same seed', () => {
  /** What the hostile mode makes of 60 shoppers, whose payments are told apart by their luck alone. */
  async function shoppers(seed: number, order: (lucks: string[]) => string[]) {
    const { ask, shop, pay } = await startSimulator();
    await ask('/hostile', { seed, scale: 3, delayMs: 30, latencyMs: 3, silenceMs: 30 });
    const ids = new Map<string, string>();
    await Promise.all(
      order(Array.from({ length: 60 }, (_, number) => `shopper ${number}`)).map(async (luck, number) => {
        const paymentId = randomUUID();
        ids.set(paymentId, luck);
        await new Promise((resolve) => setTimeout(resolve, (number % 7) * 3));
        await pay({ paymentId, amount: 1000, currency: 'EUR', outcome: 'CAPTURED', luck });
      }),
    );
    await until(async () => (await ask('/hostile')).body.underway === 0);
    const { counts } = (await ask('/hostile')).body;
    const heard = shop.received
      .map(({ body }) => JSON.parse(body))
      .filter(({ paymentId }) => ids.has(paymentId))
      .map(({ type, paymentId, amount, currency }) => `${ids.get(paymentId)} ${type} ${amount} ${currency}`);
    // Whether a refund or a dispute comes first is a matter of milliseconds, and so is who is overtaken.
    const { reordered: _, ...rest } = counts;
    return { counts: rest, heard: heard.toSorted() };
  }

  test('makes the same faults of the same payments, in whatever order and however fast they come', async () => {
    const one = await shoppers(7, (all) => all);
    const again = await shoppers(7, (all) => all.toReversed());
    const other = await shoppers(8, (all) => all);
    expect(one.heard.length).toBeGreaterThan(60);
    expect(again).toEqual(one);
    expect(other.heard).not.toEqual(one.heard);
  });
});
