import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, commerceErrorOf, type Client, type RouterOutputs } from '../client.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { startTestApi, until, type TestApi } from '../testing/index.ts';
import { isSorted } from '../testing/is-sorted.ts';

let api: TestApi;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi({ jobs: true });
  operator = await api.operatorClient();
});
afterAll(() => api?.close());

type Event = RouterOutputs['event']['list']['items'][number];

describe('event.list', () => {
  test('pages through all events by nextCursor, and waits at the end for the next one', async () => {
    await api.createProduct();
    await until(async () => (await operator.event.list.query({ types: ['stock.received'] })).items.length > 0);
    const all: Event[] = [];
    let after = '0';
    for (;;) {
      const page = await operator.event.list.query({ after, limit: 7 });
      all.push(...page.items);
      if (page.nextCursor === after) break;
      after = page.nextCursor;
    }
    expect(isSorted(all.map(({ position }) => Number(position.split('.')[1])))).toBe(true);
    // Events of the tests before may get their positions only now.
    const nextProduct = async (): Promise<Event> => {
      const page = await operator.event.list.query({ after, types: ['product.created'], waitMs: 30_000 });
      after = page.nextCursor;
      return page.items[0] ?? nextProduct();
    };
    const waiting = nextProduct();
    const productId = await api.createProduct({ quantity: 0 });
    expect(await waiting).toMatchObject({ type: 'product.created', aggregateId: productId, version: 1 });
  });

  test('with a filter returns a cursor behind what it has skipped', async () => {
    const productId = await api.createProduct();
    await until(async () => (await operator.event.list.query({ aggregateId: productId })).items.length === 2);
    const page = await operator.event.list.query({ aggregateId: productId, types: ['stock.received'] });
    expect(page.items.map(({ type }) => type)).toEqual(['stock.received']);
    const rest = await operator.event.list.query({ aggregateId: productId, after: page.nextCursor });
    expect(rest.items).toEqual([]);
  });

  test.each([
    ['1.999999', 'a position in the future'],
    ['7.1', 'a position of an epoch that never was'],
  ])('after %s, which is %s, is refused with the last common position', async (after) => {
    const { nextCursor } = await operator.event.list.query({ limit: 500 });
    const error: unknown = await operator.event.list.query({ after }).catch((thrown: unknown) => thrown);
    expect(commerceErrorOf(error)).toMatchObject({ code: 'position_not_found' });
    const { details } = commerceErrorOf(error) as { details: { lastCommonPosition: string } };
    expect(Number(details.lastCommonPosition.split('.')[1])).toBeGreaterThanOrEqual(Number(nextCursor.split('.')[1]));
  });
});

describe('event.stream', () => {
  test('sends events from now on, by filter, and resumes behind the last one after a broken connection', async () => {
    const proxy = await openFaultInjectingProxy(() => api.url);
    const client = createClient({ url: proxy.url, token: await api.createApiKey('events') });
    const received: Event[] = [];
    let isStarted = false;
    const subscription = client.event.stream.subscribe(
      { types: ['product.created'] },
      { onData: ({ data }) => received.push(data), onStarted: () => (isStarted = true) },
    );
    await until(() => isStarted);
    const created: string[] = [];
    // The stream is open when it has sent its first event; those before belong to the time before it began.
    await until(async () => {
      created.push(await api.createProduct({ quantity: 0 }));
      return received.length > 0;
    });
    for (let round = 0; round < 10; round += 1) {
      await proxy.disconnect();
      created.push(await api.createProduct({ quantity: 0 }));
      await proxy.reconnect();
      created.push(await api.createProduct({ quantity: 0 }));
    }
    await until(() => received.some(({ aggregateId }) => aggregateId === created.at(-1)));
    const ids = received.map(({ aggregateId }) => aggregateId);
    expect(ids).toEqual(created.slice(created.indexOf(ids[0]!)));
    subscription.unsubscribe();
    await proxy.close();
  });

  test('from the beginning sends the whole log, and then what is new', async () => {
    const positions: string[] = [];
    const subscription = operator.event.stream.subscribe(
      { after: '0' },
      { onData: ({ data }) => positions.push(data.position) },
    );
    const { nextCursor } = await operator.event.list.query({ limit: 500 });
    await until(() => positions.includes(nextCursor));
    const productId = await api.createProduct({ quantity: 0 });
    const [last] = await until(async () => {
      const { items } = await operator.event.list.query({ aggregateId: productId });
      return items.length > 0 && items;
    });
    await until(() => positions.includes(last!.position));
    expect(positions.slice(0, 3)).toEqual(['1.1', '1.2', '1.3']);
    subscription.unsubscribe();
  });
});
