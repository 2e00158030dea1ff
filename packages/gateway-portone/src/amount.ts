import { type AmountRule, currencies } from '@commerce-core/core/gateway';

// PortOne's library (0.19) lists the currencies of ISO 4217 as of 2024, without these.
const notListed: ReadonlySet<string> = new Set(['XCG', 'ZWG']);

/**
 * Which amounts PortOne takes, in minor units, as this shop counts. The payment provider behind PortOne's channel may
 * take fewer currencies; then PortOne refuses the payment. https://developers.portone.io/api/rest-v2/type-def#Currency
 */
export function portoneAmountRule(currency: string): AmountRule | undefined {
  const isTaken = currencies.has(currency) && !notListed.has(currency);
  return isTaken ? { step: 1, min: 1, max: Number.MAX_SAFE_INTEGER } : undefined;
}
