import { z } from 'zod';
import { currencies } from './currencies.ts';
import { withJsonShape } from './json-shape.ts';

/**
 * A currency that a caller names: an active one of ISO 4217. Amounts are in its minor units. Rows from before this
 * check can hold any three letters, and can be read.
 */
export const currency = withJsonShape(
  z.string().refine((code) => currencies.has(code), 'must be a currency code of ISO 4217 in use, like KRW'),
  {
    kind: 'written',
    schema: { type: 'string', pattern: '^[A-Z]{3}$', description: 'The code of a currency in use: ISO 4217.' },
  },
);

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
