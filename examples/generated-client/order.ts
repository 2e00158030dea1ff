// A program whose client was generated from /openapi.json: openapi-typescript writes shop.d.ts, openapi-fetch calls.
import createClient from 'openapi-fetch';
import type { components, paths } from './shop.d.ts';

const { COMMERCE_URL = 'http://127.0.0.1:3000', CUSTOMER_TOKEN = '' } = process.env;
const headers = { authorization: `Bearer ${CUSTOMER_TOKEN}` };
const shop = createClient<paths>({ baseUrl: COMMERCE_URL, headers });

// The input of a query is one parameter with JSON.
const wanted: components['schemas']['ProductListInput'] = { limit: 1 };
const products = await shop.GET('/trpc/product.list', { params: { query: { input: JSON.stringify(wanted) } } });
const [product] = products.data?.result.data.items ?? [];
if (!product) throw new Error('the shop has no product');

const order = await shop.POST('/trpc/order.create', {
  params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
  body: { lines: [{ productId: product.id, quantity: 1 }] },
});
console.log(order.data?.result.data.status);

const refused = await shop.POST('/trpc/order.create', {
  body: { lines: [{ productId: product.id, quantity: 1_000_000 }] },
});
const refusal = refused.error?.error.data.commerce;
if (refusal?.code === 'insufficient_stock') console.log(refusal.code, refusal.details.products[0]?.sellableQty);

// Wrong use fails to compile.
// @ts-expect-error a quantity is a number
void (() => shop.POST('/trpc/order.create', { body: { lines: [{ productId: product.id, quantity: 'two' }] } }));
// @ts-expect-error a query is not posted
void (() => shop.POST('/trpc/order.get', {}));
