import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { until } from '@commerce-core/api/testing';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const lines = (text: string) => text.trimEnd().split('\n');

test('events are listed from the beginning, filtered, and continued by the position that the list names', async () => {
  await shop.api.createProduct();
  await until(async () => (await shop.json('events', 'list', '--type', 'stock.received')).items.length > 0);
  const first = await shop.run('events', 'list', '--limit', '1');
  expect(first.out).toMatch(/^ *1\.1  product\.created +product [\da-f-]{36}/m);
  expect(first.err).toContain('--cursor 1.1');
  const rest = await shop.json('events', 'list', '--cursor', '1.1', '--limit', '1');
  expect(rest.items).toEqual([expect.objectContaining({ type: 'stock.received', version: 2, position: '1.2' })]);
});

test('events are listed backward, the latest first, to the first one', async () => {
  const forward = await shop.json('events', 'list', '--all');
  const backward = await shop.json('events', 'list', '--latest', '--all');
  expect(backward.items.at(-1)).toMatchObject({ position: '1.1' });
  expect(backward.items.toReversed().slice(0, forward.items.length)).toEqual(forward.items);
});

test('a tail prints events that happened before, and ends after as many as wanted', async () => {
  const ran = await shop.run('events', 'tail', '--after', '0', '--limit', '2');
  expect(lines(ran.out)).toEqual([
    expect.stringContaining('product.created'),
    expect.stringContaining('stock.received'),
  ]);
  expect(ran.code).toBe(0);
});

test('a tail prints what happens from now on, as one JSON object a line', async () => {
  let isPrinted = false;
  const tail = shop
    .run('events', 'tail', '--type', 'product.created', '--limit', '1', '--json')
    .finally(() => (isPrinted = true));
  // Products are created until the tail has seen one: it begins at a time that the test doesn't know.
  await until(async () => {
    await shop.api.createProduct({ quantity: 0 });
    return isPrinted;
  });
  expect(JSON.parse((await tail).out)).toMatchObject({ type: 'product.created', version: 1 });
});

test.each([
  [['events', 'list', '--cursor', '1.99999'], 'position_not_found'],
  [['events', 'tail', '--after', 'yesterday'], 'must be a position'],
  [['events', 'tail', '--type', 'order.exploded', '--limit', '1'], 'must be a type of event'],
  [['events', 'list', '--order', randomUUID().slice(0, 8)], 'There is no order'],
])('commerce %j is refused in words that name the problem', async (args, words) => {
  const ran = await shop.run(...args);
  expect(ran.code).not.toBe(0);
  expect(ran.err).toContain(words);
});
