import { describe, expect, test } from 'vitest';
import { readCallback } from './callback.ts';

const read = (body: unknown) => readCallback(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const callback = { carrierId: 'kr.cjlogistics', trackingNumber: '123456789012' };

test('a callback names the parcel to poll, states nothing, and is never a duplicate', () => {
  expect(read(callback)).toEqual({
    eventId: null,
    reports: [],
    changed: [{ carrier: 'kr.cjlogistics', trackingNumber: '123456789012' }],
  });
  expect(read(callback)).toEqual(read(callback));
});

test('what a callback says of the parcel is not believed', () => {
  const forged = { ...callback, status: 'DELIVERED', reports: [{ tracking: 'DELIVERED' }], eventId: 'evt_1' };
  expect(read(forged)).toEqual(read(callback));
});

describe('a body that is no callback is malformed', () => {
  test.each<[string, unknown]>([
    ['an empty body', ''],
    ['no JSON', 'carrierId=kr.epost'],
    ['null', 'null'],
    ['a list', [callback]],
    ['deep nesting', '{"a":'.repeat(100_000)],
    ['no carrier', { trackingNumber: '1' }],
    ['no number', { carrierId: 'kr.epost' }],
    ['a number that is a JSON number', { ...callback, trackingNumber: 123 }],
    ['a carrier that is an object', { ...callback, carrierId: { id: 'kr.epost' } }],
    ['a number of 101 characters', { ...callback, trackingNumber: '1'.repeat(101) }],
    ['a huge number', { ...callback, trackingNumber: '1'.repeat(1_000_000) }],
    ['a blank number', { ...callback, trackingNumber: ' \t' }],
    ['a number on two lines', { ...callback, trackingNumber: '1\n2' }],
    ['a number with a NUL', { ...callback, trackingNumber: '1\u00002' }],
    ['half of a surrogate pair', `{"carrierId":"kr.epost","trackingNumber":"\\ud83d"}`],
  ])('%s', (_, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
  });

  test('and so are bytes that are not UTF-8', () => {
    expect(() => readCallback(Buffer.from('{"carrierId":"\u00ff","trackingNumber":"1"}', 'latin1'))).toThrow(
      expect.objectContaining({ code: 'malformed_event' }),
    );
  });
});
