import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BookEntry, Totals } from '../book.ts';
import { startSimulator } from '../simulator.testing.ts';

test('after a hostile run, each event was delivered or dropped, and the book’s sums are consistent', async () => {
  const { request, untilIdle, pay, shop } = await startSimulator();
  await request('/hostile', { seed: 3, scale: 3, delayMs: 60_000, latencyMs: 3, silenceMs: 20 });
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
        await request(`${path}/capture`, { amount: 700 }, { 'idempotency-key': `capture-${paymentId}` }).catch(
          () => {},
        );
        await request(
          `${path}/refunds`,
          { refundId: `r-${number}`, amount: 300 },
          { 'idempotency-key': `r-${number}` },
        ).catch(() => {});
      }
    }),
  );
  const { counts } = (await request('/hostile', { off: true })).body;
  await untilIdle();
  expect(Object.values<number>(counts).filter((count) => count > 0).length).toBeGreaterThan(15);

  const { totals, items } = (await request('/book?limit=1000')).body as { totals: Totals; items: BookEntry[] };
  expect(totals.events).toMatchObject({ PENDING: 0, GIVEN_UP: 0, DROPPED: counts.dropped });
  const received = new Set(shop.received.map(({ headers }) => headers['webhook-id']));
  for (const { events, authorizedAmount, capturedAmount, releasedAmount, refundedAmount, refunds, disputes } of items) {
    for (const { id, state } of events) expect(received.has(id), state).toBe(state === 'DELIVERED');
    const disputed = disputes.filter(({ status }) => status !== 'WON').reduce((sum, { amount }) => sum + amount, 0);
    expect(refundedAmount + disputed).toBeLessThanOrEqual(capturedAmount);
    expect(capturedAmount + releasedAmount).toBeLessThanOrEqual(authorizedAmount);
    expect(refunds.filter(({ refundId }) => refundId !== null).length).toBeLessThanOrEqual(1);
    expect(refunds.map(({ status }) => status)).not.toContain('PENDING');
  }
});

describe('the same seed', () => {
  /** Runs 60 shoppers with faults. Their payments differ only in their fault keys (`luck`). */
  async function runShoppers(seed: number, order: (lucks: string[]) => string[]) {
    const { request, untilIdle, shop, pay } = await startSimulator();
    await request('/hostile', { seed, scale: 3, delayMs: 30, latencyMs: 3, silenceMs: 30 });
    const ids = new Map<string, string>();
    await Promise.all(
      order(Array.from({ length: 60 }, (_, number) => `shopper ${number}`)).map(async (luck, number) => {
        const paymentId = randomUUID();
        ids.set(paymentId, luck);
        await new Promise((resolve) => setTimeout(resolve, (number % 7) * 3));
        await pay({ paymentId, amount: 1000, currency: 'EUR', outcome: 'CAPTURED', luck });
      }),
    );
    await untilIdle();
    const { counts } = (await request('/hostile')).body;
    const received = shop.received
      .map(({ body }) => JSON.parse(body))
      .filter(({ paymentId }) => ids.has(paymentId))
      .map(({ type, paymentId, amount, currency }) => `${ids.get(paymentId)} ${type} ${amount} ${currency}`);
    // Milliseconds decide which of two webhooks overtakes the other.
    const { reordered: _, ...rest } = counts;
    return { counts: rest, received: received.toSorted() };
  }

  test('makes the same faults for the same payments, in any order and at any speed', async () => {
    const one = await runShoppers(7, (all) => all);
    const again = await runShoppers(7, (all) => all.toReversed());
    const other = await runShoppers(8, (all) => all);
    expect(one.received.length).toBeGreaterThan(60);
    expect(again).toEqual(one);
    expect(other.received).not.toEqual(one.received);
  });
});
