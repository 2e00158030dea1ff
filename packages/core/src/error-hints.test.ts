import { describe, expect, test } from 'vitest';
import { CommerceError, errorKinds, invalidTransition } from './errors.ts';
import { errorHints, hintOf, transitionHints, uncapturedHint } from './error-hints.ts';
import { attentionHints } from './order/attention-hints.ts';
import { attentionReasons } from './order/order.ts';

const hints = [
  ...Object.entries(errorHints),
  ...Object.entries(transitionHints),
  ...Object.entries(attentionHints),
  ['uncaptured', uncapturedHint] as const,
];

test('every error code and every attention reason has a hint', () => {
  expect(Object.keys(errorHints)).toEqual(Object.keys(errorKinds));
  expect(Object.keys(attentionHints)).toEqual([...attentionReasons]);
});

test.each(hints)('the hint of %s is one sentence of at most 120 characters', (_, hint) => {
  expect(hint).toMatch(/^[A-Z][^.!?]*(?:[a-z]\.[a-zA-Z][^.!?]*)*\.$/);
  expect(hint.length).toBeLessThanOrEqual(120);
  expect(hint).not.toContain('`');
});

describe('the hint of an error', () => {
  test('is that of its code', () => {
    expect(hintOf(new CommerceError('order_not_found', 'no such order'))).toBe(errorHints.order_not_found);
  });

  test('is that of the subject where a transition is refused', () => {
    expect(hintOf(invalidTransition('shipment', 'READY', 'DELIVERED'))).toBe(transitionHints.shipment);
  });

  test('names the capture where a refund needs one', () => {
    const refusal = (uncapturedPaymentId: string | null) =>
      new CommerceError('refund_exceeds_balance', 'no', { refundableAmount: 0, currency: 'EUR', uncapturedPaymentId });
    expect(hintOf(refusal('a'))).toContain('payment.capture');
    expect(hintOf(refusal(null))).toBe(errorHints.refund_exceeds_balance);
  });
});
