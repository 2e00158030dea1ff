import type { Row } from './read-rows.ts';

/** Creates a row of the file with the given fields. */
export function rowOf(changed: Partial<Row> = {}): Row {
  return {
    line: 2,
    invoiceNo: '536365',
    stockCode: '85123A',
    description: 'WHITE HANGING HEART T-LIGHT HOLDER',
    quantity: '6',
    unitPrice: '2.55',
    customerId: '17850.0',
    invoiceDate: '2010-12-01 08:26:00',
    country: 'United Kingdom',
    ...changed,
  };
}
