import { expect, test } from 'vitest';
import { fingerprint, gatewayFact, type GatewayEvent } from './gateway-event.ts';

const event: GatewayEvent = {
  ...gatewayFact({ type: 'AUTHORIZED', paymentId: 'p-1', amount: 1200, currency: 'KRW' }),
  provider: 'mock',
  source: 'WEBHOOK',
  providerEventId: 'evt-1',
};

test('equal facts have one fingerprint, however they are delivered', () => {
  const shuffled = Object.fromEntries(Object.entries(event).toReversed()) as GatewayEvent;
  const other: GatewayEvent = { ...shuffled, provider: 'other', source: 'ANSWER', providerEventId: 'evt-2' };
  expect(fingerprint(other)).toBe(fingerprint(event));
});

test.each<[string, Partial<GatewayEvent>]>([
  ['type', { type: 'FAILED' }],
  ['payment', { paymentId: 'p-2' }],
  ['amount', { amount: 1201 }],
  ['currency', { currency: 'USD' }],
  ['failure code', { failureCode: 'declined' }],
  ['gateway payment', { gatewayPaymentId: 'pi_1' }],
  ['refund', { refundId: 'r-1' }],
  ['refund of the gateway', { gatewayObjectId: 're_1' }],
  ['time to pay', { payableUntil: new Date(0) }],
])('another %s changes the fingerprint', (_, change) => {
  expect(fingerprint({ ...event, ...change })).not.toBe(fingerprint(event));
});

test('text that moves from one field to the next changes the fingerprint', () => {
  const one = fingerprint({ ...event, currency: 'KRW', failureCode: 'a","b' });
  const other = fingerprint({ ...event, currency: 'KRW","a', failureCode: 'b' });
  expect(one).not.toBe(other);
  expect(fingerprint({ ...event, failureCode: 'null' })).not.toBe(fingerprint({ ...event, failureCode: null }));
});
