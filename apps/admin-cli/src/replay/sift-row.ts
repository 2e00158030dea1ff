import type { Row } from './read-rows.ts';

/** Why a row belongs neither to an order nor to a cancellation. */
export const leftOutReasons = [
  'blank invoice number',
  'blank stock code',
  'blank description',
  'unparsable quantity',
  'zero quantity',
  'negative quantity',
  'positive quantity on a cancellation',
  'unparsable price',
  'negative price',
  'zero price',
  'sub-penny price',
  'too long or too large',
  'more than 2,000 lines on the invoice',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** A usable row. The quantity is positive for a cancellation, too. `unitAmount` is in pence. */
export type SiftedRow = {
  invoiceNo: string;
  isCancellation: boolean;
  sku: string;
  name: string;
  quantity: number;
  unitAmount: number;
  customerId: string;
};

/** The customer of all rows without one. */
export const GUEST = 'guest';

// The shop's own limits: it would refuse values beyond them.
const SKU_LENGTH_MAX = 100;
const NAME_LENGTH_MAX = 300;
const CUSTOMER_LENGTH_MAX = 200;
const QUANTITY_MAX = 1_000_000;
const UNIT_AMOUNT_MAX = 1_000_000_000_000;

/** Converts a row into a line of an order or cancellation, or returns the first reason why it is left out. */
export function siftRow(row: Row): SiftedRow | LeftOutReason {
  const invoiceNo = clean(row.invoiceNo);
  const sku = clean(row.stockCode);
  const name = clean(row.description);
  const customerId = withoutFraction(clean(row.customerId)) || GUEST;
  const isCancellation = /^c/i.test(invoiceNo);
  if (invoiceNo === '') return 'blank invoice number';
  if (sku === '') return 'blank stock code';
  if (name === '') return 'blank description';

  const quantity = /^-?\d+(\.0+)?$/.test(row.quantity.trim()) ? Number(row.quantity) : undefined;
  if (quantity === undefined) return 'unparsable quantity';
  if (quantity === 0) return 'zero quantity';
  if (quantity < 0 && !isCancellation) return 'negative quantity';
  if (quantity > 0 && isCancellation) return 'positive quantity on a cancellation';

  const unitAmount = inPence(row.unitPrice.trim());
  if (typeof unitAmount === 'string') return unitAmount;

  const fits =
    Math.abs(quantity) <= QUANTITY_MAX &&
    unitAmount <= UNIT_AMOUNT_MAX &&
    Number.isSafeInteger(quantity * unitAmount) &&
    sku.length <= SKU_LENGTH_MAX &&
    name.length <= NAME_LENGTH_MAX &&
    customerId.length <= CUSTOMER_LENGTH_MAX;
  if (!fits) return 'too long or too large';
  return { invoiceNo, isCancellation, sku, name, quantity: Math.abs(quantity), unitAmount, customerId };
}

/** Converts pounds ("2.55", "15.0") into pence, as text: 1.005 * 100 is not a whole number in floating point. */
function inPence(text: string): number | LeftOutReason {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) return 'unparsable price';
  const [, sign, pounds = '', decimals = ''] = match;
  const isZero = /^0*$/.test(pounds + decimals);
  if (isZero) return 'zero price';
  if (sign === '-') return 'negative price';
  if (!/^\d{0,2}0*$/.test(decimals)) return 'sub-penny price';
  return Number(pounds) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'));
}

/** Trims a name and replaces control characters and white space by single spaces: it is printed on a terminal. */
export function clean(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Repairs a number that a spreadsheet has changed: "17850.0" is customer 17850. */
function withoutFraction(text: string): string {
  return /^\d+\.0+$/.test(text) ? text.slice(0, text.indexOf('.')) : text;
}
