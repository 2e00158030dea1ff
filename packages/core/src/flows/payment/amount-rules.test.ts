import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommerceError } from '../../errors.ts';
import type { AmountRule } from '../../gateways/amount-rule.ts';
import { GatewayRefusal, type Gateway } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

// As Stripe takes KWD: in steps of 10.
const rules: Record<string, AmountRule> = { KWD: { step: 10, min: 50, max: 9_000 } };
const { gateway, readRequests } = scriptedGateway();

/** A gateway that refuses what its rule excludes, as a real one does, and counts these refusals. */
let refusals = 0;
const takes = (currency: string, amount: number, isRefund: boolean): void => {
  const isTaken = currency === 'KWD' && amount % 10 === 0 && (isRefund || (amount >= 50 && amount <= 9_000));
  if (isTaken) return;
  refusals += 1;
  throw new GatewayRefusal('amount_not_chargeable', 'no such amount');
};
const strict: Gateway = {
  ...gateway,
  amountRule: (currency) => rules[currency],
  initiation: {
    by: 'server',
    initiate: async ({ id, amount, currency }) => {
      takes(currency, amount, false);
      return { gatewayPaymentId: `at_${id}`, next: { provider: 'mock' } };
    },
  },
  capture: async (payment, amount) => {
    takes(payment.currency, amount, false);
    return gateway.capture(payment, amount);
  },
  refund: async (refund, payment) => {
    if (refund.kind === 'REFUND') takes(refund.currency, refund.amount, true);
    return gateway.refund(refund, payment);
  },
};

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop({ gateways: [strict] });
});
afterAll(() => shop.close());

const createOrder = async (priceAmount: number, quantity = 1, currency = 'KWD') => {
  const productId = await shop.createTestProduct({ priceAmount, currency });
  return (await shop.createTestOrder({ [productId]: quantity })).id;
};
const createPaid = async (type: 'AUTHORIZED' | 'CAPTURED', priceAmount: number, quantity = 1, came?: number) => {
  const orderId = await createOrder(priceAmount, quantity);
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  await shop.sendWebhook(type, { ...payment, amount: came ?? payment.amount });
  return { orderId, payment };
};

/** The details of the refusal `amount_not_supported`; undefined when the call was accepted. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const isExpected = error instanceof CommerceError && error.code === 'amount_not_supported';
    if (isExpected && error.message.startsWith('mock takes ')) return error.details;
    throw error;
  }
}
const details = (amount: number) => ({ provider: 'mock', currency: 'KWD', amount, step: 10, min: 50, max: 9_000 });

describe('an amount that the gateway does not take is refused before anything is promised, and no other is:', () => {
  const payable: [number, boolean][] = [
    [50, true],
    [5_120, true],
    [9_000, true],
    [40, false],
    [5_124, false],
    [9_010, false],
  ];
  test.each(payable)('payment.create for %i', async (amount, isTaken) => {
    const orderId = await createOrder(amount);
    const refusal = await refusalOf(shop.commerce.createPayment({ orderId, provider: 'mock' }));
    expect(refusal).toEqual(isTaken ? undefined : details(amount));
    const { status } = await shop.commerce.getOrder({ orderId });
    expect(status).toBe(isTaken ? 'PAYMENT_PENDING' : 'CREATED');
  });

  test('payment.create in a currency that the gateway does not take', async () => {
    const orderId = await createOrder(1_000, 1, 'KRW');
    const refusal = await refusalOf(shop.commerce.createPayment({ orderId, provider: 'mock' }));
    const noRule = { step: null, min: null, max: null };
    expect(refusal).toEqual({ provider: 'mock', currency: 'KRW', amount: 1_000, ...noRule });
  });

  test.each([
    [50, true],
    [5_120, true],
    [undefined, true],
    [10, false],
    [5_119, false],
  ])('payment.capture of %s', async (amount, isTaken) => {
    const { payment } = await createPaid('AUTHORIZED', 5_120);
    const refusal = await refusalOf(shop.commerce.capturePayment({ paymentId: payment.id, amount }));
    expect(refusal).toEqual(isTaken ? undefined : details(amount ?? 0));
    await shop.commerce.callGateways(1_000);
    const { status } = await shop.commerce.getPayment({ paymentId: payment.id });
    expect(status).toBe(isTaken ? 'CAPTURED' : 'AUTHORIZED');
  });

  // Two units of 2,565 make 5,130: a single one can't be refunded.
  type RefundInput = Omit<Parameters<TestShop['commerce']['createRefund']>[0], 'orderId'>;
  const refundable: [RefundInput, boolean][] = [
    [{ amount: 10 }, true],
    [{ amount: 5_130 }, true],
    [{}, true],
    [{ lines: [{ lineNo: 1, quantity: 2 }] }, true],
    [{ lines: [{ lineNo: 1, quantity: 1 }], amount: 2_560 }, true],
    [{ amount: 5 }, false],
    [{ lines: [{ lineNo: 1, quantity: 1 }] }, false],
  ];
  test.each(refundable)('refund.create with %o', async (input, isTaken) => {
    const { orderId, payment } = await createPaid('CAPTURED', 2_565, 2);
    const refusal = await refusalOf(shop.commerce.createRefund({ orderId, ...input }));
    expect(refusal).toEqual(isTaken ? undefined : details(input.amount ?? 2_565));
    await shop.commerce.callGateways(1_000);
    const refunds = (await shop.commerce.listRefunds({ orderId })).items.map(({ status }) => status);
    expect(refunds).toEqual(isTaken ? ['SUCCEEDED'] : []);
    const { refundReservedAmount } = await shop.commerce.getPayment({ paymentId: payment.id });
    expect(refundReservedAmount).toBe(0);
  });

  test('and in all of these the gateway had nothing to refuse', () => {
    expect(refusals).toBe(0);
  });
});

describe('money that goes back without a request', () => {
  test('goes back when its order is canceled', async () => {
    const { orderId } = await createPaid('CAPTURED', 5_120);
    await shop.commerce.cancelOrder({ orderId });
    await shop.commerce.callGateways(1_000);
    expect(only((await shop.commerce.listRefunds({ orderId })).items).status).toBe('SUCCEEDED');
  });

  test('raises attention once, without a request, when the gateway cannot refund such an amount', async () => {
    const { orderId, payment } = await createPaid('CAPTURED', 5_120, 1, 5_124);
    await shop.commerce.decideReview({ paymentId: payment.id, decision: 'REJECT' });
    for (let times = 0; times < 3; times += 1) await shop.commerce.callGateways(1_000);
    const refund = only((await shop.commerce.listRefunds({ orderId })).items);
    expect(refund).toMatchObject({ status: 'FAILED', failureCode: 'amount_not_supported', amount: 5_124 });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'refund_failed' });
    expect(readRequests(payment.id, 'REFUND')).toEqual([]);
    expect(refusals).toBe(0);
    // An operator gives back what the gateway can refund.
    expect(await refusalOf(shop.commerce.createRefund({ orderId, paymentId: payment.id }))).toEqual(details(5_124));
    await shop.commerce.createRefund({ orderId, paymentId: payment.id, amount: 5_120 });
    await shop.commerce.callGateways(1_000);
    expect((await shop.commerce.getPayment({ paymentId: payment.id })).refundedAmount).toBe(5_120);
  });
});
