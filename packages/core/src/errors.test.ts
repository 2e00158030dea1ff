import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  accepted,
  CommerceError,
  errorKinds,
  invalidTransition,
  refused,
  unwrap,
  type DetailsOf,
  type ErrorBody,
  type ErrorCode,
  type Shortage,
} from './errors.ts';

describe('the table of error codes', () => {
  test('writes every code in snake_case', () => {
    expect(Object.keys(errorKinds).filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
  });

  test('keeps the kind of each code that front ends depend on', () => {
    const stableKinds = {
      validation_failed: 'invalid',
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
    expect(errorKinds).toMatchObject(stableKinds);
  });
});

describe('an error', () => {
  test('carries its code, its kind and the details of its code', () => {
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

  test('has the type of details that its code defines', () => {
    expectTypeOf<Extract<ErrorBody, { code: 'stock_changed' }>['details']>().toEqualTypeOf<{ availableQty: number }>();
    expectTypeOf<DetailsOf<'order_not_found'>>().toEqualTypeOf<undefined>();
    // @ts-expect-error: insufficient_stock requires the products in its details.
    expect(() => new CommerceError('insufficient_stock', 'there is not enough stock')).not.toThrow();
  });

  test('names the subject and both statuses of a rejected transition', () => {
    const error = invalidTransition('payment', 'CAPTURED', 'FAILED');
    expect(error.message).toBe('a payment that is CAPTURED cannot become FAILED');
    expect(error.details).toEqual({ subject: 'payment', from: 'CAPTURED', to: 'FAILED' });
  });
});

test('unwrap returns an accepted value, throws a refused error and throws for a missing outcome', () => {
  const error = new CommerceError('order_not_found', 'no such order');
  expect(unwrap(accepted(7))).toBe(7);
  expect(() => unwrap(refused(error))).toThrow(error);
  expect(() => unwrap(undefined)).toThrow('a batch answered fewer outcomes than it had commands');
});
