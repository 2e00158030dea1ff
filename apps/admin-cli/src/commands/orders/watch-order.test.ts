import { expect, test } from 'vitest';
import { useShop } from '../../testing/shop.ts';

const shop = useShop();

test('orders watch prints an order at once, and again when it changes', async () => {
  const lines = [{ productId: await shop.api.createProduct({ quantity: 5 }), quantity: 1 }];
  const { id, number } = await shop.client.order.create.mutate({ customerId: 'ana', lines });
  const first = await shop.run('orders', 'watch', number, '--limit', '1');
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining('Ctrl-C') });
  expect(first.out).toBe(`${number}  v1  CREATED  UNFULFILLED\n`);

  let isWatched = false;
  const watching = shop.run('orders', 'watch', number, '--limit', '2', '--json').finally(() => (isWatched = true));
  // The order changes until the command has seen it twice: it is not known when the stream begins.
  for (let change = 1; !isWatched; change += 1) {
    const { version } = await shop.client.order.get.query({ orderId: id });
    await shop.client.order.update.mutate({ orderId: id, expectedVersion: version, reference: `change ${change}` });
  }
  const changes = (await watching).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(changes).toHaveLength(2);
  expect(changes[1]).toMatchObject({
    order: { id, number },
    events: expect.arrayContaining([expect.objectContaining({ type: 'order.updated' })]),
  });
  expect(changes[1].order.version).toBeGreaterThan(changes[0].order.version);
});

test('orders watch exits 1 for an order that does not exist', async () => {
  const { code, err } = await shop.run('orders', 'watch', '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('(order_not_found)') });
});
