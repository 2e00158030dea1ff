import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { changePagesMax } from './portone-changes.ts';
import { portoneGateway } from './portone.ts';

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

/** PortOne, answering by one page after the other, the last one for good. */
async function listing(...pages: FakeApiResponse[]) {
  const { url, requests: asked } = await startFakeGatewayApi((_, number) => pages[Math.min(number, pages.length) - 1]!);
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
      return { pathname, ...JSON.parse(searchParams.get('requestBody')!) };
    });
  return { list: () => gateway.listEvents!(since), queries };
}
const listed = async (...items: unknown[]) => (await listing(pageOf(items))).list();

test('what changed since is asked for, the newest first, without an end', async () => {
  const { list, queries } = await listing(pageOf([]));
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

describe('a payment in the list', () => {
  test('is one to ask for, as if a webhook had told of it', async () => {
    expect(await listed(payment())).toEqual([
      {
        providerEventId: `status:${paymentId}:PAID:2026-02-13T03:18:14.5Z:0`,
        ...gatewayFact({ type: 'CHANGED', paymentId, gatewayPaymentId: paymentId }),
      },
    ]);
  });

  const idsOf = async (...items: object[]) =>
    new Set((await listed(...items)).map(({ providerEventId }) => providerEventId)).size;

  test('has the same id in every listing, whatever else is said of it', async () => {
    expect(
      await idsOf(payment(), payment({ updatedAt: '2026-02-14T00:00:00Z', webhooks: [{ id: 'wh_1' }], disputes: [] })),
    ).toBe(1);
  });

  test.each<[string, object]>([
    ['status', { status: 'CANCELLED' }],
    ['time', { statusChangedAt: '2026-02-13T03:18:14.6Z' }],
    ['part that goes back', { amount: { total: 1000, cancelled: 300 } }],
    ['payment', { id: newId() }],
  ])('of another %s is another event', async (_, changes) => {
    expect(await idsOf(payment(), payment(changes))).toBe(2);
  });

  test.each<[string, unknown]>([
    ["whose id isn't one of ours", payment({ id: 'order-77' })],
    ['of another store', payment({ storeId: 'store-2' })],
    ['that was only opened', payment({ status: 'READY' })],
    ['that says nothing of when', payment({ statusChangedAt: undefined })],
    ['that is none', null],
  ])('%s is no event, and keeps no other from being one', async (_, item) => {
    expect(await listed(item, payment())).toEqual(await listed(payment()));
  });

  test('of a status that is new is asked for', async () => {
    expect(await listed(payment({ status: 'HALTED' }))).toHaveLength(1);
  });
});

describe('the list', () => {
  const many = (count: number) => Array.from({ length: count }, () => payment({ id: newId() }));

  test('is read page by page to its end', async () => {
    const { list, queries } = await listing(pageOf(many(100)), pageOf(many(100)), pageOf(many(1)));
    expect(await list()).toHaveLength(201);
    expect(queries().map(({ page }) => page.number)).toEqual([0, 1, 2]);
  });

  test('is read to its end by pages smaller than asked for, too', async () => {
    const { list } = await listing(pageOf(many(50), 50), pageOf(many(2), 50));
    expect(await list()).toHaveLength(52);
  });

  test('is told the oldest first', async () => {
    const [newest, older] = [payment({ id: newId() }), payment()];
    expect((await listed(newest, older)).map((event) => event.paymentId)).toEqual([older.id, newest.id]);
  });

  test("that doesn't end is given up", async () => {
    const { list } = await listing(pageOf([]));
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
    ['without an answer', 'hang up'],
    ['refused', { status: 403, body: { type: 'FORBIDDEN' } }],
    ['without pages', { status: 200, body: { items: [] } }],
  ])("%s isn't known", async (_, answer) => {
    await expect((await listing(pageOf(many(100)), answer)).list()).rejects.toThrow('PortOne');
  });
});
