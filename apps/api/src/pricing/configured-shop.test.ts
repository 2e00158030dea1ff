import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createCommerce } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { afterAll, expect, test } from 'vitest';
import { createClient } from '../client.ts';
import { runProgram } from '../testing/program.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

/** A pricing service that knows one discount code and a tax of 10 %. */
const service = createServer((request, response) => {
  json(request).then(
    (body) => {
      const { metadata, lines } = body as { metadata: { code?: string } | null; lines: { amount: number }[] };
      const discount = metadata?.code === 'SPRING' ? [{ kind: 'DISCOUNT', name: 'Spring', unitAmount: -100 }] : [];
      const tax = Math.floor(lines.reduce((sum, { amount }) => sum + amount, 0) / 10);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ lines: [...discount, { kind: 'TAX', name: 'VAT', unitAmount: tax }] }));
    },
    () => response.destroy(),
  );
});
await once(service.listen(0, '127.0.0.1'), 'listening');
const database = await openTestDatabase();
const { key } = await createCommerce({ database }).createApiKey({
  name: 'shop',
  scopes: ['catalog', 'orders', 'stock'],
});
const program = runProgram('main.js', {
  DATABASE_URL: database.url,
  PORT: '0',
  QUOTE_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}/quote`,
  QUOTE_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  REQUIRE_SHIPPING_OPTION: 'on',
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.exit;
  service.close();
  await database.drop();
});

test('a shop that only configures charges for shipping by country, and quotes by its own service', async () => {
  const { url } = await program.said('listening');
  const operator = createClient({ url, token: key });
  const everyone = createClient({ url });
  const { id: productId } = await operator.product.create.mutate({
    sku: 'cup',
    name: 'Cup',
    priceAmount: 2_000,
    currency: 'EUR',
  });
  await operator.stock.receive.mutate({ productId, quantity: 10 });
  const { id: shippingOptionId } = await operator.shippingOption.create.mutate({
    name: 'Standard',
    priceAmount: 490,
    currency: 'EUR',
    freeFromAmount: 5_000,
    countries: ['DE', 'AT'],
  });
  const quote = async (quantity: number, country: string, chosen?: string) =>
    everyone.order.quote.query({
      lines: [{ productId, quantity }],
      shippingAddress: { country },
      shippingOptionId: chosen,
      metadata: { code: 'SPRING' },
    });

  expect(await quote(2, 'DE', shippingOptionId)).toMatchObject({ totalAmount: 4_000 + 490 + 449 - 100, shortages: [] });
  expect((await quote(2, 'AT')).shippingOptions).toMatchObject([{ id: shippingOptionId, priceAmount: 490 }]);
  expect((await quote(3, 'AT')).shippingOptions).toMatchObject([{ id: shippingOptionId, priceAmount: 0 }]);
  expect((await quote(2, 'FR')).shippingOptions).toEqual([]);
  expect((await quote(11, 'DE')).shortages).toMatchObject([{ productId, requestedQty: 11, sellableQty: 10 }]);

  const order = {
    customerId: 'ana',
    lines: [{ productId, quantity: 2 }],
    shippingAddress: { name: 'Ana', line1: '1 Road', city: 'Bonn', postalCode: '53111', country: 'DE' },
    metadata: { code: 'SPRING' },
  };
  const place = async (rest: object) => operator.order.create.mutate({ ...order, ...rest });
  expect(await refusalFrom(place({}))).toMatchObject({ code: 'shipping_option_required' });
  expect(await refusalFrom(place({ shippingOptionId, expectedTotalAmount: 4_490 }))).toMatchObject({
    code: 'total_changed',
    details: { totalAmount: 4_839, currency: 'EUR' },
  });
  expect(await operator.stock.get.query({ productId })).toMatchObject({ reservedQty: 0 });
  expect(await place({ shippingOptionId, expectedTotalAmount: 4_839 })).toMatchObject({
    totalAmount: 4_839,
    lines: [
      { kind: 'PRODUCT', discountAmount: -89 },
      { kind: 'SHIPPING', discountAmount: -11 },
      { kind: 'DISCOUNT', amount: -100 },
      { kind: 'TAX', amount: 449 },
    ],
  });
});
