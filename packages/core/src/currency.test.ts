import { data } from 'currency-codes';
import { describe, expect, test } from 'vitest';
import { currencies } from './currencies.ts';
import { currency, gatewayCurrency } from './currency.ts';

// What the list of 2024-06-25 has besides money that shoppers pay with.
const funds = ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW'];
const unitsOfAccount = ['XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XSU', 'XUA'];
const metals = ['XAG', 'XAU', 'XPD', 'XPT'];
const noMoney = [...funds, ...unitsOfAccount, ...metals, 'XTS', 'XXX'];
const withdrawnSince = ['ANG', 'BGN', 'CUC'];
const addedSince: [string, number][] = [['XCG', 2]];

describe('a currency that a caller names', () => {
  test('is one of ISO 4217 that shoppers pay with, with its number of decimals', () => {
    const left: readonly string[] = [...noMoney, ...withdrawnSince];
    const active = data
      .filter(({ code }) => !left.includes(code))
      .map(({ code, digits }): [string, number] => [code, digits]);
    expect(new Map(currencies)).toEqual(new Map([...active, ...addedSince]));
    for (const code of currencies.keys()) expect(currency.parse(code)).toBe(code);
  });

  test.each([...noMoney, ...withdrawnSince, 'ZZZ', 'XXQ', 'DEM', 'HRK', 'BTC', 'XAD', 'usd', 'US', 'USDT', ''])(
    'is not %s',
    (code) => {
      expect(currency.safeParse(code).error?.issues).toMatchObject([
        { message: 'must be a currency code of ISO 4217 in use, like KRW' },
      ]);
    },
  );
});

test('a currency that a gateway names is never refused, and is XXX when it cannot be read', () => {
  const read = ['KRW', 'krw', 'ZZZ', 'XAU', 'bitcoin', '', 12, null, undefined].map((given) =>
    gatewayCurrency.parse(given),
  );
  expect(read).toEqual(['KRW', 'KRW', 'ZZZ', 'XAU', 'XXX', 'XXX', 'XXX', 'XXX', 'XXX']);
});
