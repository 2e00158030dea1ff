import { describe, expect, test } from 'vitest';
import { authorized, captured, gateway, held, lost, paid, released, shop } from './books.testing.ts';
import { compare, type Dispute } from './compare.ts';

describe('nothing differs', () => {
  test.each<[string, Parameters<typeof compare>]>([
    ['about an attempt that the gateway does not know', [shop(), undefined]],
    [
      'about an attempt that has ended in both books, with different words',
      [shop({ status: 'FAILED' }), gateway({ state: 'CANCELED' })],
    ],
    ['of one that the shop has ended and the gateway keeps open', [shop({ status: 'CANCELED' }), gateway()]],
    ['of one that waits', [shop({ status: 'PENDING' }), gateway({ state: 'WAITING' })]],
    ['of authorized money', [shop(authorized), gateway(held)]],
    [
      'of a part that was captured',
      [shop({ ...paid, capturedAmount: 700 }), gateway({ ...captured, capturedAmount: 700 })],
    ],
    [
      'under review',
      [
        shop({ status: 'REVIEW', reportedAmount: 999, reportedCurrency: 'USD' }),
        gateway({ ...held, authorizedAmount: 999, currency: 'USD' }),
      ],
    ],
    ['of a refund', [shop({ ...paid, refundedAmount: 400 }, { status: 'SUCCEEDED' }), gateway(captured, {})]],
    [
      'about a refund that is on its way',
      [shop({ ...paid, refundReservedAmount: 400 }, { status: 'SUBMITTED' }), gateway(captured, { status: 'PENDING' })],
    ],
    [
      'about a refund that was not sent yet',
      [shop({ ...paid, refundReservedAmount: 400 }, { status: 'REQUESTED' }), gateway(captured)],
    ],
    ['of a refund that failed', [shop(paid, { status: 'FAILED' }), gateway(captured, { status: 'FAILED' })]],
    [
      'about a refund made at the gateway',
      [
        shop({ ...paid, refundedAmount: 400 }, { status: 'SUCCEEDED', reason: 'gateway', gatewayRefundId: 'mr_1' }),
        gateway(captured, { refundId: null }),
      ],
    ],
    [
      'about a released authorization',
      [
        shop({ ...authorized, status: 'CANCELED' }, { kind: 'VOID', amount: 1_000, status: 'SUCCEEDED' }),
        gateway({ ...released, releasedBy: 'r' }),
      ],
    ],
    ['about an authorization that the gateway released by itself', [shop(lost), gateway(released)]],
    [
      'about a captured payment that was to be released',
      [
        shop({ ...authorized, status: 'CANCELED' }, { kind: 'VOID', amount: 1_000, status: 'SUCCEEDED' }),
        gateway(captured, { amount: 1_000 }),
      ],
    ],
    [
      'about money that was refunded in parts, one of them from the dashboard',
      [
        shop(
          { status: 'FAILED', surplus: true, reportedAmount: 999, reportedCaptured: true },
          { kind: 'VOID', amount: 999, status: 'SUCCEEDED' },
        ),
        gateway(
          { ...captured, authorizedAmount: 999, capturedAmount: 999 },
          { amount: 799 },
          { id: 'mr_2', refundId: null, amount: 200 },
        ),
      ],
    ],
    [
      'about a payment of another amount that was refunded',
      [
        shop(
          { status: 'CANCELED', surplus: true, reportedAmount: 999, reportedCaptured: true },
          { kind: 'VOID', amount: 999, status: 'SUCCEEDED' },
        ),
        gateway({ ...captured, authorizedAmount: 999, capturedAmount: 999 }, { amount: 999 }),
      ],
    ],
  ])('%s', (_, [ours, theirs]) => {
    expect(compare(ours, theirs)).toEqual([]);
  });
});

describe('it differs', () => {
  type Found = [what: string, refundId: string | null, shop: unknown, gateway: unknown];
  test.each<[string, Parameters<typeof compare>, Found[]]>([
    [
      'when the shop has money that the gateway does not know',
      [shop(paid), undefined],
      [['payment', null, 'CAPTURED', null]],
    ],
    [
      'when the gateway acknowledged an attempt and forgot it',
      [shop({ status: 'PENDING' }), undefined],
      [['payment', null, 'PENDING', null]],
    ],
    [
      'when the gateway has a payment that the shop does not know',
      [undefined, gateway(captured)],
      [['payment', null, null, 'CAPTURED']],
    ],
    [
      'when the shop has no record of the money',
      [shop(), gateway(held)],
      [
        ['status', null, 'CREATED', 'AUTHORIZED'],
        ['authorized', null, 0, 1_000],
      ],
    ],
    [
      'when the shop has no record of the end',
      [shop(), gateway({ state: 'FAILED' })],
      [['status', null, 'CREATED', 'FAILED']],
    ],
    [
      'when it was captured unheard',
      [shop(authorized), gateway(captured)],
      [
        ['status', null, 'AUTHORIZED', 'CAPTURED'],
        ['captured', null, 0, 1_000],
      ],
    ],
    ['by one unit', [shop({ ...paid, capturedAmount: 999 }), gateway(captured)], [['captured', null, 999, 1_000]]],
    [
      'in the currency alone',
      [shop(paid), gateway({ ...captured, currency: 'USD' })],
      [['currency', null, 'KRW', 'USD']],
    ],
    [
      'when the gateway released it and the shop has no record',
      [shop(authorized), gateway(released)],
      [['status', null, 'AUTHORIZED', 'CANCELED']],
    ],
    [
      'when the gateway still has an authorization that the shop counts as lost',
      [shop(lost), gateway(held)],
      [['status', null, 'CANCELED authorization_lost', 'AUTHORIZED']],
    ],
    [
      'when the gateway has captured an authorization that the shop counts as lost',
      [shop(lost), gateway(captured)],
      [
        ['status', null, 'CANCELED authorization_lost', 'CAPTURED'],
        ['captured', null, 0, 1_000],
      ],
    ],
    [
      'when the void did not happen',
      [
        shop({ ...authorized, status: 'CANCELED' }, { kind: 'VOID', amount: 1_000, status: 'SUCCEEDED' }),
        gateway(held),
      ],
      [['status', null, 'CANCELED', 'AUTHORIZED']],
    ],
    [
      'when a refund is done unheard',
      [shop(paid, { status: 'SUBMITTED' }), gateway(captured, {})],
      [
        ['refund', 'r', 'SUBMITTED', 'SUCCEEDED'],
        ['refunded', null, 0, 400],
      ],
    ],
    [
      'when a refund is not at the gateway',
      [shop({ ...paid, refundedAmount: 400 }, { status: 'SUCCEEDED' }), gateway(captured)],
      [
        ['refund', 'r', 'SUCCEEDED', null],
        ['refunded', null, 400, 0],
      ],
    ],
    [
      'when a refund has another amount',
      [shop({ ...paid, refundedAmount: 400 }, { status: 'SUCCEEDED' }), gateway(captured, { amount: 401 })],
      [
        ['refund', 'r', 400, 401],
        ['refunded', null, 400, 401],
      ],
    ],
    [
      'when one refund was made twice',
      [shop({ ...paid, refundedAmount: 400 }, { status: 'SUCCEEDED' }), gateway(captured, {}, { id: 'mr_2' })],
      [
        ['refund', 'mr_2', null, 400],
        ['refunded', null, 400, 800],
      ],
    ],
    [
      'when the shop has no record of the gateway’s own refund',
      [shop(paid), gateway(captured, { refundId: null })],
      [
        ['refund', 'mr_1', null, 400],
        ['refunded', null, 0, 400],
      ],
    ],
    [
      'when a refund failed in the shop and succeeded at the gateway',
      [shop(paid, { status: 'FAILED' }), gateway(captured, {})],
      [
        ['refund', 'r', 'FAILED', 'SUCCEEDED'],
        ['refunded', null, 0, 400],
      ],
    ],
  ])('%s', (_, [ours, theirs], found) => {
    expect(compare(ours, theirs).map((one) => [one.what, one.refundId, one.shop, one.gateway])).toEqual(found);
  });
});

describe('disputes', () => {
  const ours = (status: string, amount = 1_000) => ({
    ...shop(paid),
    disputes: [{ gatewayDisputeId: 'dp_1', status, amount } as Dispute],
  });
  const theirs = (status: 'OPEN' | 'WON' | 'LOST', provider = 'stripe') => ({
    ...gateway(captured),
    provider,
    disputes: [{ id: 'dp_1', status, amount: 1_000 }],
  });

  test('in both books with equal fields make no difference', () => {
    expect(compare(ours('OPEN'), theirs('OPEN'))).toEqual([]);
  });

  test.each<[string, Parameters<typeof compare>, string | null, string | null]>([
    ['that the shop has no record of', [shop(paid), theirs('OPEN')], null, 'OPEN 1,000 KRW'],
    ['that the gateway has no record of', [ours('OPEN'), gateway(captured)], 'OPEN 1,000 KRW', null],
    ['that ended otherwise', [ours('WON'), theirs('LOST')], 'WON 1,000 KRW', 'LOST 1,000 KRW'],
    ['over another amount', [ours('OPEN', 1), theirs('OPEN')], 'OPEN 1 KRW', 'OPEN 1,000 KRW'],
    ['at PortOne that the shop has no record of', [shop(paid), theirs('OPEN', 'portone')], null, 'there'],
  ])('%s differ', (_, [left, right], at, there) => {
    expect(compare(left, right)).toMatchObject([{ refundId: 'dp_1', what: 'dispute', shop: at, gateway: there }]);
  });

  test('of a provider that reports less differ only in what it reports', () => {
    expect(compare(ours('OPEN', 0), theirs('LOST', 'portone'))).toEqual([]);
    expect(compare(shop(paid), theirs('LOST', 'toss'))).toEqual([]);
  });
});
