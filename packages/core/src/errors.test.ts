import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  accepted,
  CommerceError,
  errorKinds,
  invalidTransition,
  refused,
  onlyOutcome,
  unwrap,
  type DetailsOf,
  type ErrorBody,
  type ErrorCode,
} from './errors.ts';
import type { Shortage } from './error-details.ts';

describe('the table of error codes', () => {
  test('has codes in snake_case', () => {
    expect(Object.keys(errorKinds).filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
  });

  test('keeps the codes that front ends switch on', () => {
    const promised = {
      validation_failed: 'invalid',
      invalid_encoding: 'invalid',
      empty_order: 'invalid',
      invalid_signature: 'invalid',
      unauthenticated: 'unauthenticated',
      forbidden: 'forbidden',
      product_not_found: 'missing',
      order_not_found: 'missing',
      shipment_not_found: 'missing',
      insufficient_stock: 'conflict',
      invalid_transition: 'conflict',
      payment_in_progress: 'conflict',
      rate_limited: 'limited',
      database_unavailable: 'unavailable',
      outcome_unknown: 'unavailable',
    } satisfies Partial<Record<ErrorCode, string>>;
    expect(errorKinds).toMatchObject(promised);
  });
});

describe('an error', () => {
  test('carries its code, its kind and the details that belong to its code', () => {
    const products: Shortage[] = [{ productId: 'a', requestedQty: 2, sellableQty: 1 }];
    const error = new CommerceError('insufficient_stock', 'there is not enough stock', { products });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'CommerceError',
      code: 'insufficient_stock',
      kind: 'conflict',
      message: 'there is not enough stock',
      details: { products },
    });
    expect(new CommerceError('order_not_found', 'no such order').details).toBeUndefined();
  });

  test('narrows its details by its code', () => {
    expectTypeOf<Extract<ErrorBody, { code: 'stock_changed' }>['details']>().toEqualTypeOf<{ shelfQty: number }>();
    expectTypeOf<DetailsOf<'order_not_found'>>().toEqualTypeOf<undefined>();
    // @ts-expect-error: insufficient_stock needs its details.
    expect(() => new CommerceError('insufficient_stock', 'there is not enough stock')).not.toThrow();
  });

  test.each([
    ['order', 'an order'],
    ['payment', 'a payment'],
    ['refund', 'a refund'],
    ['shipment', 'a shipment'],
    ['gateway_event', 'a gateway event'],
  ] as const)('names a refused transition of a subject %s as that of %s', (subject, noun) => {
    expect(invalidTransition(subject, 'A', 'B').message).toBe(`${noun} that is A cannot become B`);
  });

  test('names the transition that a state machine refuses', () => {
    const error = invalidTransition('payment', 'CAPTURED', 'FAILED');
    expect(error.message).toBe('a payment that is CAPTURED cannot become FAILED');
    expect(error.details).toEqual({ subject: 'payment', from: 'CAPTURED', to: 'FAILED' });
  });
});

test('an accepted outcome returns its value, a refused one throws its error, a missing one is a defect', () => {
  const error = new CommerceError('order_not_found', 'no such order');
  expect(unwrap(accepted(7))).toBe(7);
  expect(() => unwrap(refused(error))).toThrow(error);
  expect(() => onlyOutcome([])).toThrow('a flow returned fewer outcomes than it was given commands');
});
