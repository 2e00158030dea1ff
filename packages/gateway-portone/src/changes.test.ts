import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { changePagesMax } from './changes.ts';
import { portoneGateway } from './gateway.ts';

const paymentId = newId();
const since = new Date('2026-02-13T03:00:00Z');
const payment = (changes: object = {}) => ({
  id: paymentId,
  storeId: 'store-1',
  status: 'PAID',
  statusChangedAt: '2026-02-13T03:18:14.5Z',
  currency: 'KRW',
  amount: { total: 1000, cancelled: 0 },
  ...changes,
});
const pageOf = (items: unknown[], size = 100): FakeApiResponse => ({
  status: 200,
  body: { items, page: { number: 0, size, totalCount: items.length } },
});

/** The adapter and an emulated PortOne, which returns one page after the other and repeats the last one. */
async function startPortone(...pages: FakeApiResponse[]) {
  const { url, requests: asked } = await startFakeGatewayApi(
    (_, number) => pages[Math.min(number, pages.length) - 1] ?? 'hang up',
  );
  const gateway = portoneGateway({
    apiSecret: 'secret-1',
    storeId: 'store-1',
    channelKey: 'channel-1',
    url,
    policy: { timeoutMs: 10_000, triesMax: 1 },
    webhookSecrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`],
  });
  const queries = () =>
    asked.map(({ call }) => {
      const { pathname, searchParams } = new URL(call.replace('GET ', 'http://portone'));
      return { pathname, ...JSON.parse(searchParams.get('requestBody') ?? 'null') };
    });
  return { list: () => gateway.listEvents(since), queries };
}
const listed = async (...items: unknown[]) => (await startPortone(pageOf(items))).list();

test('the query asks for the changes since a time, the newest first, without an end', async () => {
  const { list, queries } = await startPortone(pageOf([]));
  expect(await list()).toEqual([]);
  expect(queries()).toEqual([
    {
      pathname: '/payments',
      page: { number: 0, size: 100 },
      filter: {
        storeId: 'store-1',
        version: 'V2',
        timestampType: 'STATUS_CHANGED_AT',
        from: '2026-02-13T03:00:00.000Z',
        sortBy: 'STATUS_CHANGED_AT',
        sortOrder: 'DESC',
      },
    },
  ]);
});

describe('a listed payment', () => {
  test('is a CHANGED event', async () => {
    expect(await listed(payment())).toEqual([
      {
        providerEventId: `status:${paymentId}:PAID:2026-02-13T03:18:14.5Z:0`,
        ...gatewayFact({ type: 'CHANGED', paymentId, gatewayPaymentId: paymentId }),
      },
    ]);
  });

  const idsOf = async (...items: object[]) =>
    new Set((await listed(...items)).map(({ providerEventId }) => providerEventId)).size;

  test('has the same event id in every listing, also when its other fields change', async () => {
    expect(
      await idsOf(payment(), payment({ updatedAt: '2026-02-14T00:00:00Z', webhooks: [{ id: 'wh_1' }], disputes: [] })),
    ).toBe(1);
  });

  test.each<[string, object]>([
    ['status', { status: 'CANCELLED' }],
    ['time', { statusChangedAt: '2026-02-13T03:18:14.6Z' }],
    ['refunded part', { amount: { total: 1000, cancelled: 300 } }],
    ['payment', { id: newId() }],
  ])('with another %s is another event', async (_, changes) => {
    expect(await idsOf(payment(), payment(changes))).toBe(2);
  });

  test.each<[string, unknown]>([
    ["whose id isn't an id of this shop", payment({ id: 'order-77' })],
    ['of another store', payment({ storeId: 'store-2' })],
    ['that is only registered', payment({ status: 'READY' })],
    ['without the time of its change', payment({ statusChangedAt: undefined })],
    ['that is null', null],
  ])('%s is left out, and the others are still found', async (_, item) => {
    expect(await listed(item, payment())).toEqual(await listed(payment()));
  });

  test('of an unknown status is an event, too', async () => {
    expect(await listed(payment({ status: 'HALTED' }))).toHaveLength(1);
  });
});

describe('the list', () => {
  const many = (count: number) => Array.from({ length: count }, () => payment({ id: newId() }));

  test('is read page by page to its end', async () => {
    const { list, queries } = await startPortone(pageOf(many(100)), pageOf(many(100)), pageOf(many(1)));
    expect(await list()).toHaveLength(201);
    expect(queries().map(({ page }) => page.number)).toEqual([0, 1, 2]);
  });

  test('is read to its end when its pages are smaller than the query says', async () => {
    const { list } = await startPortone(pageOf(many(50), 50), pageOf(many(2), 50));
    expect(await list()).toHaveLength(52);
  });

  test('is returned with the oldest change first', async () => {
    const [newest, older] = [payment({ id: newId() }), payment()];
    expect((await listed(newest, older)).map((event) => event.paymentId)).toEqual([older.id, newest.id]);
  });

  test('of more than 5,000 pages throws', async () => {
    const { list } = await startPortone(pageOf([]));
    const fetched = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () =>
        Response.json({ items: [payment()], page: { number: 0, size: 1, totalCount: 1 } }),
      );
    onTestFinished(() => fetched.mockRestore());
    await expect(list()).rejects.toThrow("PortOne's list doesn't end");
    expect(fetched).toHaveBeenCalledTimes(changePagesMax);
  });

  test.each<[string, FakeApiResponse]>([
    ['breaks off', 'hang up'],
    ['is refused', { status: 403, body: { type: 'FORBIDDEN' } }],
    ['has no pages', { status: 200, body: { items: [] } }],
  ])('that %s throws', async (_, answer) => {
    await expect((await startPortone(pageOf(many(100)), answer)).list()).rejects.toThrow('PortOne');
  });
});
