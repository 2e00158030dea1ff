import { expect, test } from 'vitest';
import { fingerprint, nextMatchAt, type GatewayEvent } from './gateway-event.ts';

const event: GatewayEvent = {
  provider: 'mock', providerEventId: 'evt-1',
  type: 'AUTHORIZED', paymentId: 'p-1', amount: 1200, currency: 'KRW', failureCode: null,
};

test('a message of an unknown payment is tried eight times, ever later, over 21 minutes, and then no more', () => {
  const received = new Date('2026-01-01T00:00:00Z');
  const pauses = [];
  let at = received;
  for (let attempts = 1; ; attempts += 1) {
    const next = nextMatchAt(attempts, at);
    if (!next) break;
    pauses.push((next.getTime() - at.getTime()) / 1000);
    at = next;
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640]);
  expect(at.getTime() - received.getTime()).toBe(1_270_000);
});

test('equal facts have one fingerprint, whatever they are delivered as', () => {
  const { provider: _, providerEventId: __, ...facts } = event;
  const shuffled = Object.fromEntries(Object.entries(facts).toReversed()) as typeof facts;
  expect(fingerprint({ ...shuffled, provider: 'other', providerEventId: 'evt-2' })).toBe(fingerprint(event));
});

test.each<[string, Partial<GatewayEvent>]>([
  ['type', { type: 'FAILED' }],
  ['payment', { paymentId: 'p-2' }],
  ['amount', { amount: 1201 }],
  ['currency', { currency: 'USD' }],
  ['failure code', { failureCode: 'declined' }],
])('another %s is another fingerprint', (_, change) => {
  expect(fingerprint({ ...event, ...change })).not.toBe(fingerprint(event));
});

test('what moves from one fact into the next does not hide', () => {
  const one = fingerprint({ ...event, currency: 'KRW', failureCode: 'a","b' });
  const other = fingerprint({ ...event, currency: 'KRW","a', failureCode: 'b' });
  expect(one).not.toBe(other);
  expect(fingerprint({ ...event, failureCode: 'null' })).not.toBe(fingerprint({ ...event, failureCode: null }));
});
