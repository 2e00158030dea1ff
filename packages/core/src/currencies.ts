// The active currencies of ISO 4217 by their number of decimals: list one of 2024-06-25
// (https://www.six-group.com/en/products-services/financial-information/data-standards.html), with XCG for ANG (2025)
// and without BGN (the euro since 2026) and CUC. No shopper can pay in what else the list has: funds (CHE, CLF, USN,
// …), metals, units of account, XTS for tests and XXX for no currency. A test compares this table with the list.
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
