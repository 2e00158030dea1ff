// A front end outside of the workspace: type-checked alone, with everything that a page uses of the client.
import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient, httpLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { commerceErrorOf, createClient, formatMoney, type AppRouter, type RouterOutputs } from '@commerce-core/client';

const client = createClient({ url: 'https://shop.example', token: async () => 'a token' });
const shop = createTRPCOptionsProxy<AppRouter>({ client, queryClient: new QueryClient() });
export const products = shop.product.list.queryOptions({ limit: 20 });
export const ordering = shop.order.create.mutationOptions();

const own = createTRPCClient<AppRouter>({ links: [httpLink({ url: 'https://shop.example/trpc' })] });
export const order: Promise<RouterOutputs['order']['get']> = own.order.get.query({ orderId: 'an id' });

try {
  const { lines } = await client.order.quote.query({ lines: [] });
  const [line] = lines;
  if (line) console.log(formatMoney(line.unitAmount, 'EUR', 'de-DE'));
} catch (error) {
  const refusal = commerceErrorOf(error);
  if (refusal?.code === 'insufficient_stock') console.log(refusal.details.products[0]?.sellableQty);
}
for (const event of (await client.event.list.query({})).items) {
  if (event.type === 'order.paid') console.log(formatMoney(event.data.totalAmount, event.data.currency));
}

const { next } = await client.payment.create.mutate({ orderId: 'an id', provider: 'stripe' });
if (next?.provider === 'stripe') console.log(next.clientSecret);
if (next?.provider === 'toss') console.log(next.clientKey);
if (next?.provider === 'portone') console.log(next.storeId);

// Wrong use fails to compile.
// @ts-expect-error a quantity is a number
void client.order.create.mutate({ lines: [{ productId: 'an id', quantity: 'two' }] });
// @ts-expect-error there is no such procedure
void client.order.remove;
// @ts-expect-error a query is not mutated
void client.order.get.mutate({ orderId: 'an id' });
// @ts-expect-error a status that no order has
if ((await order).status === 'DONE') console.log('done');
