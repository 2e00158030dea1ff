import { describe, expect, test } from 'vitest';
import { BankRefusal, refundableAmount, refundedAmount, type BankPayment, type PaymentState } from './bank-payment.ts';
import { Bank } from './bank.ts';
import type { Change } from './change.ts';

function createTestBank(now = () => new Date()) {
  const changes: Change[] = [];
  const bank = new Bank({ onChange: (change) => changes.push(change), paymentsMax: 1000, now });
  const create = (capture: 'AUTOMATIC' | 'MANUAL' = 'MANUAL', shopPaymentId = 'p') =>
    bank.create({ provider: 'mock', shopPaymentId, amount: 1000, currency: 'KRW', capture });
  return { bank, create, types: () => changes.map(({ type }) => type), changes };
}

type TestBank = ReturnType<typeof createTestBank>;

const createIn: Record<PaymentState, (test: TestBank) => BankPayment> = {
  CREATED: ({ create }) => create(),
  WAITING: ({ bank, create }) => {
    const payment = create();
    bank.issueAccount(payment, new Date(Date.now() + 60_000));
    return payment;
  },
  AUTHORIZED: ({ bank, create }) => {
    const payment = create();
    bank.approve(payment);
    return payment;
  },
  CAPTURED: ({ bank, create }) => {
    const payment = create('AUTOMATIC');
    bank.approve(payment);
    return payment;
  },
  FAILED: ({ bank, create }) => {
    const payment = create();
    bank.decline(payment, 'declined');
    return payment;
  },
  CANCELED: ({ bank, create }) => {
    const payment = create();
    bank.cancel(payment);
    return payment;
  },
};

type Operation = (test: TestBank, payment: BankPayment) => unknown;
const operations: Record<string, Operation> = {
  failAttempt: ({ bank }, payment) => bank.failAttempt(payment, 'declined'),
  issueAccount: ({ bank }, payment) => bank.issueAccount(payment, new Date(Date.now() + 60_000)),
  approve: ({ bank }, payment) => bank.approve(payment),
  decline: ({ bank }, payment) => bank.decline(payment, 'declined'),
  cancel: ({ bank }, payment) => bank.cancel(payment),
  expire: ({ bank }, payment) => bank.expire(payment),
  capture: ({ bank }, payment) => bank.capture(payment, 400),
  release: ({ bank }, payment) => bank.release(payment),
  refund: ({ bank }, payment) => bank.refund(payment, { shopRefundId: null, amount: 400 }),
  openDispute: ({ bank }, payment) => bank.openDispute(payment),
};

const outcome = (state: PaymentState, operation: Operation): string => {
  const test = createTestBank();
  const payment = createIn[state](test);
  const before = structuredClone(payment);
  try {
    operation(test, payment);
    return payment.state;
  } catch (error) {
    if (!(error instanceof BankRefusal)) throw error;
    expect(payment).toEqual(before);
    return error.reason;
  }
};

test('each operation has one result in each state; a refused operation changes nothing', () => {
  const table = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      Object.fromEntries(Object.keys(createIn).map((state) => [state, outcome(state as PaymentState, operation)])),
    ]),
  );
  const finalStates = { AUTHORIZED: 'already_authorized', CAPTURED: 'already_captured', CANCELED: 'already_canceled' };
  const unauthorized = { CREATED: 'not_authorized', WAITING: 'not_authorized', FAILED: 'not_authorized' };
  const uncaptured = {
    CREATED: 'not_captured',
    WAITING: 'not_captured',
    FAILED: 'not_captured',
    AUTHORIZED: 'not_captured',
  };
  expect(table).toEqual({
    failAttempt: { ...finalStates, CREATED: 'CREATED', WAITING: 'already_waiting', FAILED: 'already_failed' },
    issueAccount: { ...finalStates, CREATED: 'WAITING', WAITING: 'already_waiting', FAILED: 'already_failed' },
    approve: { ...finalStates, CREATED: 'AUTHORIZED', WAITING: 'AUTHORIZED', FAILED: 'AUTHORIZED' },
    decline: { ...finalStates, CREATED: 'FAILED', WAITING: 'FAILED', FAILED: 'already_failed' },
    cancel: { ...finalStates, CREATED: 'CANCELED', WAITING: 'CANCELED', FAILED: 'CANCELED' },
    expire: {
      ...finalStates,
      CREATED: 'CANCELED',
      WAITING: 'CANCELED',
      FAILED: 'already_failed',
      AUTHORIZED: 'CANCELED',
    },
    capture: { ...finalStates, ...unauthorized, AUTHORIZED: 'CAPTURED' },
    release: { ...finalStates, ...unauthorized, AUTHORIZED: 'CANCELED' },
    refund: { ...finalStates, ...uncaptured, CAPTURED: 'CAPTURED' },
    openDispute: { ...finalStates, ...uncaptured, CAPTURED: 'CAPTURED' },
  });
});

describe('amounts', () => {
  test.each([0, -1, 1.5, NaN, Infinity])('refunds and captures reject an amount of %d', (amount) => {
    const test = createTestBank();
    const payment = createIn.CAPTURED(test);
    expect(() => test.bank.refund(payment, { shopRefundId: null, amount })).toThrow('invalid_amount');
    expect(() => test.bank.capture(createIn.AUTHORIZED(createTestBank()), amount)).toThrow('invalid_amount');
  });

  test('the amount of a failed refund can be refunded again, that of a pending one can’t', () => {
    const { bank, create } = createTestBank();
    const payment = create('AUTOMATIC');
    bank.approve(payment);
    const refund = bank.refund(payment, { shopRefundId: 'r-1', amount: 700, status: 'PENDING' });
    expect(() => bank.refund(payment, { shopRefundId: 'r-2', amount: 301 })).toThrow('amount_too_large');
    bank.applyRefundEvent(payment, refund.id, 'FAILED');
    bank.refund(payment, { shopRefundId: 'r-2', amount: 1000 });
    expect(() => bank.applyRefundEvent(payment, 'r-1', 'SUCCEEDED')).toThrow('refund_not_pending');
  });

  test('a disputed amount can’t be refunded until the shop has won the dispute', () => {
    const { bank, create } = createTestBank();
    const payment = create('AUTOMATIC');
    bank.approve(payment);
    const { id } = bank.openDispute(payment, 600);
    expect(() => bank.refund(payment, { shopRefundId: null, amount: 401 })).toThrow('amount_too_large');
    bank.closeDispute(payment, id, 'WON');
    expect(() => bank.closeDispute(payment, id, 'LOST')).toThrow('dispute_closed');
    bank.refund(payment, { shopRefundId: null, amount: 1000 });
    expect(() => bank.openDispute(payment)).toThrow('invalid_amount');
  });

  test('a virtual account takes no deposit from its payableUntil on', () => {
    let now = new Date();
    const { bank, create } = createTestBank(() => now);
    const payment = create('AUTOMATIC');
    bank.issueAccount(payment, new Date(now.getTime() + 1000));
    now = new Date(now.getTime() + 1000);
    expect(() => bank.approve(payment)).toThrow('not_payable_any_more');
    bank.expire(payment);
    expect(payment).toMatchObject({ state: 'CANCELED', failureCode: 'expired', authorizedAmount: 0 });
  });
});

test('a change holds a copy of the payment right after it; later changes don’t alter the copy', () => {
  const { bank, create, changes, types } = createTestBank();
  const payment = create();
  bank.approve(payment);
  bank.capture(payment, 600);
  bank.refund(payment, { shopRefundId: null, amount: 600 });
  expect(types()).toEqual(['CREATED', 'AUTHORIZED', 'CAPTURED', 'REFUNDED']);
  expect(changes.map(({ payment: { state, refunds } }) => [state, refunds.length])).toEqual([
    ['CREATED', 0],
    ['AUTHORIZED', 0],
    ['CAPTURED', 0],
    ['CAPTURED', 1],
  ]);
});

test('a change has one time, whatever the clock does meanwhile', () => {
  let time = 0;
  const { bank, create, changes } = createTestBank(() => new Date((time += 1)));
  const payment = create('AUTOMATIC');
  bank.approve(payment);
  const [created, approved] = changes;
  expect(created!.payment).toMatchObject({ createdAt: created!.at, changedAt: created!.at });
  expect(approved!.payment).toMatchObject({ approvedAt: approved!.at, changedAt: approved!.at });
  const refund = bank.refund(payment, { shopRefundId: null, amount: 100 });
  expect(changes.at(-1)).toMatchObject({ at: refund.createdAt, payment: { changedAt: refund.createdAt } });
  const dispute = bank.openDispute(payment, 100);
  expect(changes.at(-1)).toMatchObject({ at: dispute.createdAt });
});

// A linear congruential generator: the same seed draws the same operations.
const random = (seed: number) => () => (seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;

test.each([1, 2, 3, 4, 5])('random operations never refund or dispute more than was captured (seed %i)', (seed) => {
  const draw = random(seed);
  const { bank, create } = createTestBank();
  const pick = <T>(all: readonly T[]): T => all[Math.floor(draw() * all.length)]!;
  const amount = () => Math.ceil(draw() * 700);
  let refused = 0;
  for (let number = 1; number <= 200; number += 1) {
    const payment = create(pick(['AUTOMATIC', 'MANUAL']), `p-${number}`);
    for (let step = 0; step < 12; step += 1) {
      const refund = pick(payment.refunds);
      const dispute = pick(payment.disputes);
      const operation = pick<() => unknown>([
        () => bank.failAttempt(payment, 'declined'),
        () => bank.approve(payment),
        () => bank.approve(payment),
        () => bank.decline(payment, 'declined'),
        () => bank.capture(payment, amount()),
        () => draw() < 0.1 && bank.release(payment),
        () => draw() < 0.1 && bank.cancel(payment),
        () => bank.refund(payment, { shopRefundId: null, amount: amount(), status: pick(['PENDING', 'SUCCEEDED']) }),
        () => bank.refund(payment, { shopRefundId: `r-${step}`, amount: amount() }),
        () => refund && bank.applyRefundEvent(payment, refund.id, pick(['SUCCEEDED', 'FAILED'])),
        () => bank.openDispute(payment, amount()),
        () => dispute && bank.closeDispute(payment, dispute.id, pick(['WON', 'LOST'])),
      ]);
      try {
        operation();
      } catch (error) {
        if (!(error instanceof BankRefusal)) throw error;
        refused += 1;
      }
      const { state, authorizedAmount, capturedAmount, releasedAmount, disputes } = payment;
      const lost = disputes.filter(({ status }) => status !== 'WON').reduce((sum, { amount }) => sum + amount, 0);
      expect(refundedAmount(payment) + lost + refundableAmount(payment)).toBe(capturedAmount);
      expect(refundableAmount(payment)).toBeGreaterThanOrEqual(0);
      expect([0, 1000]).toContain(authorizedAmount);
      expect(capturedAmount + releasedAmount).toBe(state === 'CAPTURED' || state === 'CANCELED' ? authorizedAmount : 0);
    }
  }
  expect(refused).toBeGreaterThan(100);
});

test('the oldest payment is forgotten under both of its ids', () => {
  const forgotten: string[] = [];
  const onForget = ({ shopPaymentId }: BankPayment) => forgotten.push(shopPaymentId);
  const bank = new Bank({ onChange: () => {}, onForget, paymentsMax: 2 });
  const all = ['p-1', 'p-2', 'p-3'].map((shopPaymentId) =>
    bank.create({ provider: 'mock', shopPaymentId, amount: 1, currency: 'KRW', capture: 'MANUAL' }),
  );
  expect(forgotten).toEqual(['p-1']);
  expect(bank.find('p-1')).toBeUndefined();
  expect(bank.find(all[0]!.id)).toBeUndefined();
  expect(bank.find(all[2]!.id, 'mock')).toBe(all[2]);
  expect(bank.find(all[2]!.id, 'stripe')).toBeUndefined();
  expect(bank.totals()).toMatchObject({ payments: 3, forgotten: 1 });
});
