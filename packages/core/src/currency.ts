import { z } from 'zod';

// The active currencies of ISO 4217 by their number of decimals: list one of 2024-06-25
// (https://www.six-group.com/en/products-services/financial-information/data-standards.html), with XCG for ANG (2025)
// and without BGN (the euro since 2026) and CUC. No shopper can pay in what else the list has: funds (CHE, CLF, USN, …),
// metals, units of account, XTS for tests and XXX for no currency. A test compares this table with the list.
const codesByDecimals = {
  0: `BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF`,
  2: `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES
    WST XCD XCG YER ZAR ZMW ZWG`,
  3: `BHD IQD JOD KWD LYD OMR TND`,
};

const decimals = new Map(
  Object.entries(codesByDecimals).flatMap(([count, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code): [string, number] => [code, Number(count)]),
  ),
);

/** The currencies in which a shop can sell, with the number of decimals that an amount has: KRW 0, USD 2, KWD 3. */
export const currencies: ReadonlyMap<string, number> = decimals;

/**
 * A currency that a caller names: an active one of ISO 4217. Amounts are in its minor units. Rows from before this check
 * can hold any three letters, and can be read.
 */
export const currency = z
  .string()
  .refine((code) => currencies.has(code), 'must be a currency code of ISO 4217 in use, like KRW');

/** The code of ISO 4217 for no currency: for facts without an amount, and for a currency that can't be read. */
export const noCurrency = 'XXX';

/**
 * A currency that a gateway names: any three letters, or XXX for what can't be read. Money of a currency that the shop
 * doesn't know has come all the same. It differs from the requested amount, so an operator decides. If the message were
 * refused, the gateway would repeat it for days, and the money would be lost sight of.
 */
export const gatewayCurrency = z
  .string()
  .toUpperCase()
  .regex(/^[A-Z]{3}$/)
  .catch(noCurrency);
