import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { startSimulator, webhookSecret } from '../../simulator.testing.ts';
import { portoneEmulator } from './portone.ts';

// The adapter's package has the library as its dependency. This loads that copy, without its types.
const requireOfAdapter = createRequire(createRequire(import.meta.url).resolve('@commerce-core/gateway-portone'));
const { PaymentClient } = requireOfAdapter('@portone/server-sdk/payment') as {
  PaymentClient: (init: object) => Record<string, (options?: object) => Promise<any>>;
};
const { Webhook } = requireOfAdapter('@portone/server-sdk') as {
  Webhook: { verify: (secret: string, body: string, headers: object) => Promise<{ type: string; data: object }> };
};

const settings = { apiSecret: 'secret-1', webhookSecret, storeId: 'store-1' };

/** Starts the simulator and PortOne's own library, which calls it and verifies its webhooks. */
async function startPortone({ secret = 'secret-1', storeId = 'store-1' } = {}) {
  const simulator = await startSimulator({ emulators: [portoneEmulator(settings)] });
  const client = PaymentClient({ secret, baseUrl: simulator.url, storeId });
  const paymentId = randomUUID();
  const register = (given: object = {}) =>
    client.preRegisterPayment!({ paymentId, totalAmount: 1000, currency: 'KRW', ...given });
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ provider: 'portone', paymentId, outcome, ...more });
  const verifiedWebhooks = async (secretOfShop = webhookSecret) =>
    Promise.all(simulator.shop.received.map(({ body, headers }) => Webhook.verify(secretOfShop, body, headers)));
  return { ...simulator, client, paymentId, register, pay, verifiedWebhooks };
}
const portoneError = (type: string) => expect.objectContaining({ data: expect.objectContaining({ type }) });

describe('a payment', () => {
  test('can be registered, paid and read', async () => {
    const { client, paymentId, register, pay } = await startPortone();
    expect(await register()).toEqual({});
    expect(await client.getPayment!({ paymentId })).toMatchObject({ id: paymentId, status: 'READY', currency: 'KRW' });
    await pay('CAPTURED');
    const paid = await client.getPayment!({ paymentId, storeId: 'store-1' });
    expect(paid).toMatchObject({
      status: 'PAID',
      storeId: 'store-1',
      amount: { total: 1000, paid: 1000, cancelled: 0 },
    });
    expect(paid.statusChangedAt).toBe(paid.paidAt);
    await expect(register()).rejects.toEqual(portoneError('ALREADY_PAID'));
  });

  test('can be canceled in parts up to the whole amount, and not beyond', async () => {
    const { client, paymentId, register, pay, book } = await startPortone();
    // A reason is remembered when it ends with the shop's id of the refund.
    const reason = `asked for [refund ${randomUUID()}]`;
    const cancel = (more: object = {}) => client.cancelPayment!({ paymentId, reason: 'the rest', ...more });
    await register();
    await expect(cancel()).rejects.toEqual(portoneError('PAYMENT_NOT_PAID'));
    await pay('CAPTURED');
    const { cancellation } = await cancel({ reason, amount: 300, currentCancellableAmount: 1000 });
    expect(cancellation).toMatchObject({ status: 'SUCCEEDED', totalAmount: 300, reason });
    expect(await client.getPayment!({ paymentId })).toMatchObject({
      status: 'PARTIAL_CANCELLED',
      cancellations: [cancellation],
    });
    await expect(cancel({ amount: 701 })).rejects.toEqual(portoneError('CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'));
    await expect(cancel({ amount: 1, currentCancellableAmount: 1000 })).rejects.toEqual(
      portoneError('CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN'),
    );
    expect((await cancel()).cancellation).toMatchObject({ totalAmount: 700 });
    expect(await client.getPayment!({ paymentId })).toMatchObject({ status: 'CANCELLED', amount: { cancelled: 1000 } });
    await expect(cancel()).rejects.toEqual(portoneError('PAYMENT_ALREADY_CANCELLED'));
    expect(await book(paymentId)).toMatchObject({ capturedAmount: 1000, refundedAmount: 1000 });
  });

  test('by virtual account can only be closed before its deposit', async () => {
    const { client, paymentId, register, pay } = await startPortone();
    const close = () => client.closeVirtualAccount!({ paymentId });
    await register();
    await expect(close()).rejects.toEqual(portoneError('PAYMENT_NOT_WAITING_FOR_DEPOSIT'));
    await pay('PENDING');
    const account = { type: 'PaymentMethodVirtualAccount', expiredAt: expect.any(String) };
    expect(await client.getPayment!({ paymentId })).toMatchObject({
      status: 'VIRTUAL_ACCOUNT_ISSUED',
      method: account,
    });
    const { closedAt } = await close();
    expect(await client.getPayment!({ paymentId })).toMatchObject({ status: 'CANCELLED', statusChangedAt: closedAt });
    await expect(close()).rejects.toEqual(portoneError('PAYMENT_NOT_WAITING_FOR_DEPOSIT'));
  });
});

describe('the list of payments', () => {
  async function startWithThreePayments() {
    const { client, request, pay } = await startPortone();
    const ids: string[] = [randomUUID(), randomUUID(), randomUUID()];
    // The list's times have milliseconds: the next change waits until the clock shows another one.
    const tick = async () => {
      const time = Date.now();
      await until(() => Date.now() > time);
    };
    for (const paymentId of ids) {
      await client.preRegisterPayment!({ paymentId, totalAmount: 1000, currency: 'KRW' });
      await tick();
    }
    const list = (filter: object = {}, page: object = {}) => client.getPayments!({ filter, page });
    const idsOf = async (...asked: Parameters<typeof list>) =>
      (await list(...asked)).items.map(({ id }: { id: string }) => ids.indexOf(id));
    return { client, request, pay, ids, list, idsOf, tick };
  }

  test('returns the payments as single reads do, page by page', async () => {
    const { client, ids, list, idsOf } = await startWithThreePayments();
    const { items, page } = await client.getPayments!();
    expect(items).toEqual((await Promise.all(ids.map((paymentId) => client.getPayment!({ paymentId })))).toReversed());
    expect(page).toEqual({ number: 0, size: 10, totalCount: 3 });
    expect(await idsOf({ sortOrder: 'ASC' }, { size: 2 })).toEqual([0, 1]);
    expect(await idsOf({ sortOrder: 'ASC' }, { size: 2, number: 1 })).toEqual([2]);
    expect((await list({}, { size: 2, number: 2 })).items).toEqual([]);
  });

  test('filters and sorts by the time of the last change or of the creation', async () => {
    const { ids, pay, idsOf, tick } = await startWithThreePayments();
    const from = new Date().toISOString();
    await tick();
    await pay('CAPTURED', { paymentId: ids[1] });
    await tick();
    await pay('ATTEMPT_FAILED', { paymentId: ids[0] });
    expect(await idsOf({ from, sortBy: 'STATUS_CHANGED_AT' })).toEqual([0, 1]);
    expect(await idsOf({ timestampType: 'STATUS_CHANGED_AT', from, status: ['PAID'] })).toEqual([1]);
    expect(await idsOf({ timestampType: 'CREATED_AT', from })).toEqual([]);
    expect(await idsOf({ until: from })).toEqual([2]);
  });

  test('counts a refund as a change, but neither a dispute nor a repeated event', async () => {
    const { client, ids, request, pay, idsOf, tick } = await startWithThreePayments();
    await pay('CAPTURED', { paymentId: ids[0] });
    await tick();
    const from = new Date().toISOString();
    await request('/dashboard/disputes', { paymentId: ids[0], amount: 100 });
    expect((await pay('CAPTURED', { paymentId: ids[0] })).status).toBe(200);
    expect(await idsOf({ from })).toEqual([]);
    await client.cancelPayment!({ paymentId: ids[0], reason: 'asked for', amount: 300 });
    expect(await idsOf({ from })).toEqual([0]);
  });

  test('has only this store’s payments and rejects a filter that is not emulated', async () => {
    const { list, idsOf } = await startWithThreePayments();
    expect(await idsOf({ storeId: 'store-1', version: 'V2' })).toHaveLength(3);
    await expect(list({ storeId: 'store-2' })).rejects.toEqual(portoneError('FORBIDDEN'));
    await expect(list({ isTest: true })).rejects.toEqual(portoneError('INVALID_REQUEST'));
    await expect(list({}, { size: 0 })).rejects.toEqual(portoneError('INVALID_REQUEST'));
  });
});

test('an unknown payment, key or store is refused with PortOne’s type', async () => {
  const { client } = await startPortone();
  await expect(client.getPayment!({ paymentId: randomUUID() })).rejects.toEqual(portoneError('PAYMENT_NOT_FOUND'));
  const stranger = await startPortone({ secret: 'of another shop' });
  await expect(stranger.register()).rejects.toEqual(portoneError('UNAUTHORIZED'));
  const otherStore = await startPortone({ storeId: 'store-2' });
  await expect(otherStore.register()).rejects.toEqual(portoneError('FORBIDDEN'));
});

describe('PortOne’s library', () => {
  test('verifies each webhook and reads its data', async () => {
    const { client, paymentId, register, pay, request, verifiedWebhooks } = await startPortone();
    await register();
    await pay('ATTEMPT_FAILED');
    await pay('PENDING');
    await pay('CAPTURED');
    const { disputes } = (await request('/dashboard/disputes', { paymentId, amount: 100 })).body;
    await request(`/dashboard/disputes/${disputes[0].id}`, { paymentId, status: 'WON' });
    const cancel = (more: object) =>
      client.cancelPayment!({
        paymentId,
        reason: 'asked for',
        refundAccount: { bank: 'KOOKMIN', number: '1', holderName: 'Kim' },
        ...more,
      });
    const { cancellation } = await cancel({ amount: 300 });
    await cancel({});
    await until(async () => (await verifiedWebhooks()).length === 7);
    const webhooks = await verifiedWebhooks();
    expect(webhooks.map(({ type }) => type).toSorted()).toEqual([
      'Transaction.Cancelled',
      'Transaction.DisputeCreated',
      'Transaction.DisputeResolved',
      'Transaction.Failed',
      'Transaction.Paid',
      'Transaction.PartialCancelled',
      'Transaction.VirtualAccountIssued',
    ]);
    for (const { data } of webhooks)
      expect(data).toMatchObject({ storeId: 'store-1', paymentId, transactionId: expect.stringMatching(/^tx-/) });
    expect(webhooks.find(({ type }) => type === 'Transaction.PartialCancelled')?.data).toMatchObject({
      cancellationId: cancellation.id,
    });
  });

  test('rejects a webhook that is signed with another secret', async () => {
    const { register, pay, verifiedWebhooks, shop } = await startPortone();
    await register();
    await pay('CAPTURED');
    expect(shop.received).toHaveLength(1);
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await expect(verifiedWebhooks(other)).rejects.toMatchObject({ reason: 'NO_MATCHING_SIGNATURE' });
  });
});
