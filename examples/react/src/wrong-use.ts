// Wrong use fails to compile: `tsc` fails when one of these lines has no error. Nothing here runs.
import { commerceErrorOf, type RouterOutputs } from '@commerce-core/client';
import { client, shop } from './shop.ts';

export async function wrongUse(order: RouterOutputs['order']['get'], error: unknown): Promise<void> {
  // @ts-expect-error a quantity is a number
  void shop.order.quote.queryOptions({ lines: [{ productId: 'an id', quantity: 'two' }] });
  // @ts-expect-error an order has lines
  void client.order.create.mutate({ reference: 'by phone' });
  // @ts-expect-error a misspelled field
  void client.order.create.mutate({ lines: [], expectedTotal: 5 });
  // @ts-expect-error a query is not mutated
  void shop.order.get.mutationOptions();
  // @ts-expect-error a mutation is not queried
  void shop.order.create.queryOptions({ lines: [] });
  // @ts-expect-error there is no such procedure
  void shop.order.remove;
  // @ts-expect-error a status that no order has
  if (order.status === 'DONE') return;
  // @ts-expect-error times are texts
  order.createdAt.getTime();
  // @ts-expect-error an order of a list has no lines
  void (await client.order.list.query()).items[0]?.lines;
  const refusal = commerceErrorOf(error);
  // @ts-expect-error a code that the shop doesn't have
  if (refusal?.code === 'sold_out') return;
  // @ts-expect-error details belong to a code
  void refusal?.details.products;
  const { next } = await client.payment.create.mutate({ orderId: order.id, provider: 'mock' });
  // @ts-expect-error a client secret is Stripe's
  void next?.clientSecret;
}
