import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Commerce, Database } from '@commerce-core/core';
import { expect } from 'vitest';

/** An API, an operator's key, and a product with stock. */
type Shop = { url: string; key: string; productId: string };
type Shoppers = Omit<Shop, 'url'> & { url: () => string; count: number };
type Resend = Shop & {
  responses: ReadonlyMap<string, PlaceResponse | undefined>;
  commerce: Commerce;
  database: Database;
};

export type PlaceResponse = { status: number; id?: string };

/** Places an order of one unit over HTTP. */
export async function placeOrder({ url, key, productId }: Shop, idempotencyKey: string): Promise<PlaceResponse> {
  const response = await fetch(`${url}/trpc/order.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ customerId: 'kim', lines: [{ productId, quantity: 1 }] }),
  });
  const body: any = await response.json();
  return response.status === 200 ? { status: 200, id: body.result.data.id } : { status: response.status };
}

/**
 * Runs shoppers that each place one order after another until `stop`. `responses` has undefined for a lost response.
 */
export function startShoppers({ url, key, productId, count }: Shoppers) {
  const responses = new Map<string, PlaceResponse | undefined>();
  let isRunning = true;
  const running = Promise.all(
    Array.from({ length: count }, async () => {
      while (isRunning) {
        const idempotencyKey = randomUUID();
        responses.set(idempotencyKey, undefined);
        const response = await placeOrder({ url: url(), key, productId }, idempotencyKey).catch(() => undefined);
        if (response) responses.set(idempotencyKey, response);
        // After a lost response or a 503 the shopper pauses, as Retry-After demands.
        if (response?.status !== 200) await sleep(20);
      }
    }),
  );
  const acknowledged = () => [...responses.values()].filter((response) => response?.status === 200);
  return {
    responses,
    acknowledged,
    stop: async () => {
      isRunning = false;
      await running;
    },
  };
}

/** Sends every key again and checks that there is one order per key, and that acknowledged orders are the same. */
export async function resendAndCheck({ url, key, productId, responses, commerce, database }: Resend) {
  const entries = responses.entries();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      // All workers share one iterator, so each entry is sent once.
      for (const [idempotencyKey, first] of entries) {
        const again = await placeOrder({ url, key, productId }, idempotencyKey);
        expect(again).toEqual({ status: 200, id: first?.status === 200 ? first.id : again.id });
      }
    }),
  );
  const { rows } = await database.pool.query(
    'select count(*)::int as orders from commerce.order_lines where product_id = $1',
    [productId],
  );
  expect(rows).toEqual([{ orders: responses.size }]);
  expect((await commerce.getStock({ productId })).reservedQty).toBe(responses.size);
  expect(await commerce.doctor()).toEqual([]);
}
