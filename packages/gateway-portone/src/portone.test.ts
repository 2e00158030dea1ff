import { describe, expect, test } from 'vitest';
import {
  newId,
  gatewayFact,
  GatewayRefusal,
  type GatewayPayment,
  type GatewayRefund,
} from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { portoneGateway } from './portone.ts';

const paymentId = newId();
const refundId = newId();
const about = { paymentId, gatewayPaymentId: paymentId };
const payment: GatewayPayment = {
  id: paymentId,
  orderId: newId(),
  currency: 'KRW',
  amount: 1000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC',
  method: null,
  gatewayPaymentId: paymentId,
};
const refund: GatewayRefund = {
  id: refundId,
  kind: 'REFUND',
  amount: 300,
  currency: 'KRW',
  reason: 'requested',
  gatewayRefundId: null,
};

const amount = { total: 1000, taxFree: 0, discount: 0, paid: 1000, cancelled: 0, cancelledTaxFree: 0 };
const told = (changes: object = {}) => ({
  status: 'PAID',
  id: paymentId,
  currency: 'KRW',
  amount,
  paidAt: '2026-02-13T03:18:14Z',
  ...changes,
});
const paid = told();
const ready = told({ status: 'READY', paidAt: undefined });
const account = { type: 'PaymentMethodVirtualAccount', expiredAt: '2026-02-20T14:59:59Z' };
const waiting = told({ status: 'VIRTUAL_ACCOUNT_ISSUED', paidAt: undefined, method: account });
const cancellation = { status: 'SUCCEEDED', id: 'c1', totalAmount: 300, reason: `requested [refund ${refundId}]` };
const sentBack = told({
  status: 'PARTIAL_CANCELLED',
  amount: { ...amount, cancelled: 300 },
  cancellations: [cancellation],
});
const refunded = gatewayFact({
  type: 'REFUNDED',
  ...about,
  amount: 300,
  currency: 'KRW',
  refundId,
  gatewayObjectId: 'c1',
});

const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });
const no = (status: number, type: string): FakeApiResponse => ({ status, body: { type, message: '한국어' } });
const missing = no(404, 'PAYMENT_NOT_FOUND');
const types = (facts: { type: string }[]) => facts.map(({ type }) => type);
const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

const path = `/payments/${paymentId}`;
const asking = `GET ${path}?storeId=store-1`;
const registering = `POST ${path}/pre-register`;
const canceling = `POST ${path}/cancel`;
const closing = `POST ${path}/virtual-account/close?storeId=store-1`;

/** PortOne, answering each call by the next of its answers, the last one for good. */
async function gatewayOf(answers: Record<string, FakeApiResponse[]>) {
  const {
    url,
    requests: asked,
    calls,
  } = await startFakeGatewayApi(({ call }) => {
    const list = answers[call] ?? [missing];
    return list.length > 1 ? list.shift()! : list[0]!;
  });
  const isSilent = Object.values(answers).flat().includes('silence');
  const gateway = portoneGateway({
    apiSecret: 'secret-1',
    storeId: 'store-1',
    channelKey: 'channel-1',
    url,
    policy: { timeoutMs: isSilent ? 200 : 10_000, triesMax: 2 },
    webhookSecrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`],
  });
  const open = () => {
    if (gateway.initiation.by !== 'server') throw new Error('it does not tell');
    return gateway.initiation.initiate(payment);
  };
  return { gateway, open, asked, calls };
}

describe('opening', () => {
  const opened = {
    gatewayPaymentId: paymentId,
    next: {
      provider: 'portone',
      storeId: 'store-1',
      channelKey: 'channel-1',
      paymentId,
      totalAmount: 1000,
      currency: 'KRW',
    },
  };

  test("pins the amount before the shopper's browser can name one", async () => {
    const { open, asked } = await gatewayOf({ [registering]: [ok({})] });
    expect(await open()).toEqual(opened);
    expect(asked.map(({ call }) => call)).toEqual([registering]);
    expect(asked[0]!.headers.authorization).toBe('PortOne secret-1');
    expect(JSON.parse(asked[0]!.body)).toEqual({ storeId: 'store-1', totalAmount: 1000, currency: 'KRW' });
  });

  test('is the same again, also when the shopper has paid meanwhile', async () => {
    const { open } = await gatewayOf({ [registering]: [ok({}), no(409, 'ALREADY_PAID')] });
    expect([await open(), await open()]).toEqual([opened, opened]);
  });

  test("is refused with PortOne's reason", async () => {
    const { open, calls } = await gatewayOf({ [registering]: [no(400, 'INVALID_REQUEST')] });
    await expect(open()).rejects.toEqual(refusal('INVALID_REQUEST'));
    expect(calls()).toHaveLength(1);
  });
});

describe("what isn't a definite no leaves the outcome unknown", () => {
  test.each<[string, FakeApiResponse]>([
    ['a wrong secret', no(401, 'UNAUTHORIZED')],
    ['missing rights', no(403, 'FORBIDDEN')],
    ['a call still under way', no(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST')],
    ['too many calls', no(429, 'TOO_MANY_REQUESTS')],
    ["a fault of the payment provider's", no(502, 'PG_PROVIDER')],
    ["a fault of PortOne's", no(500, 'INTERNAL_SERVER_ERROR')],
    ["a proxy's page", { status: 404, body: '<html>' }],
    ['an answer that is none', ok('null')],
    ['another payment', ok(told({ id: newId() }))],
    ['a status that is new', ok(told({ status: 'HALTED' }))],
    ['a broken connection', 'hang up'],
    ['silence', 'silence'],
  ])('%s', async (_, answer) => {
    const { gateway } = await gatewayOf({ [asking]: [answer] });
    const { gateway: another } = await gatewayOf({ [asking]: [ok(paid)], [canceling]: [answer] });
    const outcomes = await Promise.allSettled([
      gateway.retrieve(payment),
      gateway.cancel(payment),
      another.refund(refund, payment),
    ]);
    for (const outcome of outcomes) {
      const error: unknown = outcome.status === 'rejected' && outcome.reason;
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(GatewayRefusal);
      expect(String(error)).not.toContain('secret-1');
    }
  });

  test('and is tried again before, but for a wrong secret', async () => {
    const passing = await gatewayOf({ [asking]: ['hang up', ok(paid)] });
    expect(types(await passing.gateway.retrieve(payment))).toEqual(['CAPTURED']);
    const wrong = await gatewayOf({ [asking]: [no(401, 'UNAUTHORIZED'), ok(paid)] });
    await expect(wrong.gateway.retrieve(payment)).rejects.toThrow('PortOne gave no usable answer: UNAUTHORIZED');
  });

  test("also beside the try before, which the library can't be made to give up", async () => {
    const asked = await gatewayOf({ [asking]: ['silence', ok(paid)] });
    expect(types(await asked.gateway.retrieve(payment))).toEqual(['CAPTURED']);
    const registered = await gatewayOf({ [registering]: ['silence', no(409, 'ALREADY_PAID')] });
    expect(await registered.open()).toMatchObject({ gatewayPaymentId: paymentId });
    const closed = await gatewayOf({
      [asking]: [ok(waiting), ok({ ...waiting, status: 'CANCELLED' })],
      [closing]: ['silence', no(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')],
    });
    expect(types(await closed.gateway.cancel(payment))).toEqual(['CANCELED']);
    expect(closed.calls()).toEqual([asking, closing, closing, asking]);
  });
});

test('retrieve tells all of a payment, and nothing of an unknown one', async () => {
  expect(types(await (await gatewayOf({ [asking]: [ok(sentBack)] })).gateway.retrieve(payment))).toEqual([
    'CAPTURED',
    'REFUNDED',
  ]);
  expect(await (await gatewayOf({})).gateway.retrieve(payment)).toEqual([]);
});

describe('cancel', () => {
  test.each<[string, FakeApiResponse, string[]]>([
    ['unknown', missing, []],
    ['only opened', ok(ready), []],
    ['paid', ok(paid), ['CAPTURED']],
    ['failed', ok(told({ status: 'FAILED', failure: {} })), ['ATTEMPT_FAILED']],
  ])('of what is %s undoes nothing', async (_, answer, expected) => {
    const { gateway, calls } = await gatewayOf({ [asking]: [answer] });
    expect(types(await gateway.cancel(payment))).toEqual(expected);
    expect(calls()).toEqual([asking]);
  });

  test('closes a virtual account that waits', async () => {
    const { gateway, calls } = await gatewayOf({
      [asking]: [ok(waiting)],
      [closing]: [ok({ closedAt: '2026-02-14T00:00:00Z' })],
    });
    expect(await gateway.cancel(payment)).toEqual([gatewayFact({ type: 'CANCELED', ...about })]);
    expect(calls()).toEqual([asking, closing]);
  });

  test('of an account that is paid into at that moment says so', async () => {
    const { gateway } = await gatewayOf({
      [asking]: [ok(waiting), ok(told({ method: account }))],
      [closing]: [no(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')],
    });
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('refund', () => {
  test('sends a part back, once, however often it is asked', async () => {
    const { gateway, asked, calls } = await gatewayOf({
      [asking]: [ok(paid), ok(sentBack)],
      [canceling]: [ok({ cancellation })],
    });
    expect(await gateway.refund(refund, payment)).toEqual([refunded]);
    expect(asked[1]!.body).toEqual({
      storeId: 'store-1',
      reason: `requested [refund ${refundId}]`,
      amount: 300,
      currentCancellableAmount: 1000,
    });
    // PortOne takes keys of 16 to 256 letters, digits, - and _.
    expect(asked[1]!.headers['idempotency-key']).toMatch(new RegExp(`^${refundId}[\\w-]{0,100}$`));
    expect(await gateway.refund(refund, payment)).toContainEqual(refunded);
    expect(calls()).toEqual([asking, canceling, asking]);
  });

  test('is repeated with the same key when its answer is lost', async () => {
    const { gateway, asked } = await gatewayOf({
      [asking]: [ok(paid)],
      [canceling]: ['hang up', ok({ cancellation })],
    });
    expect(await gateway.refund(refund, payment)).toEqual([refunded]);
    const [first, second] = asked.slice(1).map(({ headers }) => headers['idempotency-key']);
    expect(first).toBe(second);
  });

  test('VOID cancels the whole', async () => {
    const { gateway, asked } = await gatewayOf({ [asking]: [ok(paid)], [canceling]: [ok({ cancellation })] });
    await gateway.refund({ ...refund, kind: 'VOID', amount: 1000 }, payment);
    expect(asked[1]!.body).toEqual({
      storeId: 'store-1',
      reason: `requested [refund ${refundId}]`,
      currentCancellableAmount: 1000,
    });
  });

  test.each<[string, object]>([
    ['a discount', { amount: { ...amount, discount: 100, paid: 900 } }],
    [
      'another cancel under way',
      { cancellations: [{ ...cancellation, status: 'REQUESTED', reason: 'in the dashboard' }] },
    ],
  ])('leaves it to PortOne what is left where %s makes it uncertain', async (_, changes) => {
    const { gateway, asked } = await gatewayOf({ [asking]: [ok(told(changes))], [canceling]: [ok({ cancellation })] });
    await gateway.refund(refund, payment);
    expect(asked[1]!.body).not.toHaveProperty('currentCancellableAmount');
  });

  test('is not refused because the balance has changed since it was asked for', async () => {
    const { gateway } = await gatewayOf({
      [asking]: [ok(paid)],
      [canceling]: [no(409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN')],
    });
    await expect(gateway.refund(refund, payment)).rejects.not.toBeInstanceOf(GatewayRefusal);
  });

  test('that was made before all was gone has been made', async () => {
    const { gateway } = await gatewayOf({
      [asking]: [ok(paid), ok(sentBack)],
      [canceling]: [no(409, 'PAYMENT_ALREADY_CANCELLED')],
    });
    expect(await gateway.refund(refund, payment)).toContainEqual(refunded);
  });

  test.each(['PAYMENT_ALREADY_CANCELLED', 'PAYMENT_NOT_PAID', 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'])(
    'is refused by %s',
    async (code) => {
      const { gateway } = await gatewayOf({ [asking]: [ok(paid)], [canceling]: [no(409, code)] });
      await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal(code));
    },
  );

  test("of what PortOne doesn't know is refused", async () => {
    const { gateway } = await gatewayOf({});
    await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal('PAYMENT_NOT_FOUND'));
  });

  test('into a virtual account is refused before PortOne is told: there is no account to send it to', async () => {
    const { gateway, calls } = await gatewayOf({ [asking]: [ok(told({ method: account }))] });
    await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal('refund_account_required'));
    expect(calls()).toEqual([asking]);
  });
});

test('there is nothing to capture, and a virtual account holds its stock for days', async () => {
  const { gateway, calls } = await gatewayOf({});
  await expect(gateway.capture(payment, 1000)).rejects.toEqual(refusal('capture_not_supported'));
  expect(gateway.reservationMsOf!('virtual_account')).toBe(7 * 24 * 60 * 60_000);
  expect(gateway.reservationMsOf!('card')).toBeUndefined();
  expect(calls()).toEqual([]);
});
