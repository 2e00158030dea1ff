import { describe, expect, test } from 'vitest';
import { csvOf, currenciesOf, dayIn, rangeOf, totalsOf, type Day } from './sales-days.ts';
import { salesSearch } from './sales-search.ts';

const day = (given: Partial<Day>): Day => ({
  day: '2026-11-28',
  currency: 'EUR',
  orders: 1,
  units: 2,
  grossAmount: 1_250,
  refundAmount: 5,
  netAmount: 1_245,
  ...given,
});

describe('the days of the sales desk', () => {
  test('are those of a calendar in the time zone', () => {
    const now = new Date('2026-11-28T16:30:00Z');
    expect([dayIn('UTC', now), dayIn('Asia/Seoul', now)]).toEqual(['2026-11-28', '2026-11-29']);
    expect(rangeOf({ days: 7, zone: 'Asia/Seoul' }, now)).toEqual({ from: '2026-11-23', to: '2026-11-29' });
    expect(rangeOf({ days: 90, zone: 'UTC' }, new Date('2026-03-01T00:00:00Z'))).toEqual({
      from: '2025-12-02',
      to: '2026-03-01',
    });
    expect(rangeOf({ from: '2026-01-01', to: '2026-01-03', zone: 'UTC' }, now)).toEqual({
      from: '2026-01-01',
      to: '2026-01-03',
    });
  });

  test('are written as CSV in the units of their currency', () => {
    expect(csvOf([day({}), day({ currency: 'KRW', netAmount: -3 })])).toBe(
      'day,currency,orders,units,gross,refunds,net\r\n' +
        '2026-11-28,EUR,1,2,12.50,0.05,12.45\r\n' +
        '2026-11-28,KRW,1,2,1250,5,-3\r\n',
    );
  });

  test('are added up, and their currencies begin with the one of most orders', () => {
    const days = [day({}), day({ currency: 'KRW', orders: 5 }), day({ orders: 2 })];
    expect(currenciesOf(days)).toEqual(['KRW', 'EUR']);
    expect(totalsOf(days.slice(0, 1))).toEqual({
      orders: 1,
      units: 2,
      grossAmount: 1_250,
      refundAmount: 5,
      netAmount: 1_245,
    });
  });
});

describe('the address of the sales desk', () => {
  test.each([
    [{}, { days: 30, zone: 'UTC' }],
    [
      { days: 90, zone: 'Asia/Seoul', currency: 'KRW' },
      { days: 90, zone: 'Asia/Seoul', currency: 'KRW' },
    ],
    [
      { days: 8, zone: 'Mars/Base', currency: 'won' },
      { days: 30, zone: 'UTC' },
    ],
    [
      { from: '2026-01-01', to: '2026-02-01', days: 7 },
      { from: '2026-01-01', to: '2026-02-01', zone: 'UTC' },
    ],
    [{ from: '2026-01-01' }, { days: 30, zone: 'UTC' }],
    [
      { from: '2026-13-01', to: '2026-02-01' },
      { days: 30, zone: 'UTC' },
    ],
  ])('%j means %j', (given, meant) => {
    const search = salesSearch(given as Parameters<typeof salesSearch>[0]);
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(search).toEqual(meant.zone === 'UTC' ? { ...meant, zone: own } : meant);
  });
});
