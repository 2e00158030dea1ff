import { expect, test } from 'vitest';
import type { Row } from './read-rows.ts';
import { rowOf } from './row.testing.ts';
import { siftRow } from './sift-row.ts';

test('a row becomes a line in pence of the customer it names', () => {
  expect(siftRow(rowOf())).toEqual({
    invoiceNo: '536365',
    isCancellation: false,
    sku: '85123A',
    name: 'WHITE HANGING HEART T-LIGHT HOLDER',
    quantity: 6,
    unitAmount: 255,
    customerId: '17850',
  });
});

test('a row of a C invoice becomes a cancellation with a positive quantity', () => {
  expect(siftRow(rowOf({ invoiceNo: 'C536379', quantity: '-6' }))).toMatchObject({ isCancellation: true, quantity: 6 });
});

test.each<[Partial<Row>, object]>([
  [{ customerId: '' }, { customerId: 'guest' }],
  [{ customerId: '  ' }, { customerId: 'guest' }],
  [{ customerId: 'ana@example.com' }, { customerId: 'ana@example.com' }],
  [{ customerId: 'x.0' }, { customerId: 'x.0' }],
  [{ description: '  SET OF\t3 \u0007CAKE \r\nTINS ' }, { name: 'SET OF 3 CAKE TINS' }],
  [{ description: 'Gift Voucher £40.00' }, { name: 'Gift Voucher £40.00' }],
  [{ stockCode: ' BANK CHARGES ' }, { sku: 'BANK CHARGES' }],
  [{ quantity: '6.0' }, { quantity: 6 }],
  [{ unitPrice: '15' }, { unitAmount: 1500 }],
  [{ unitPrice: '15.' }, { unitAmount: 1500 }],
  [{ unitPrice: '2.5' }, { unitAmount: 250 }],
  [{ unitPrice: '1.15000' }, { unitAmount: 115 }],
  [{ unitPrice: '0.01' }, { unitAmount: 1 }],
  [{ unitPrice: '13541.33' }, { unitAmount: 1_354_133 }],
])('what is written oddly is read for what it means: %j', (odd, expected) => {
  expect(siftRow(rowOf(odd))).toMatchObject(expected);
});

test.each<[string, Partial<Row>]>([
  ['blank invoice number', { invoiceNo: ' ' }],
  ['blank stock code', { stockCode: '' }],
  ['blank description', { description: '\u0000 ' }],
  ['unparsable quantity', { quantity: '' }],
  ['unparsable quantity', { quantity: 'six' }],
  ['unparsable quantity', { quantity: '6.5' }],
  ['unparsable quantity', { quantity: '6e3' }],
  ['unparsable quantity', { quantity: '1,000' }],
  ['unparsable quantity', { quantity: 'Infinity' }],
  ['zero quantity', { quantity: '0' }],
  ['zero quantity', { quantity: '-0' }],
  ['negative quantity', { quantity: '-6' }],
  ['positive quantity on a cancellation', { invoiceNo: 'C1' }],
  ['unparsable price', { unitPrice: '' }],
  ['unparsable price', { unitPrice: '£2.55' }],
  ['unparsable price', { unitPrice: 'NaN' }],
  ['unparsable price', { unitPrice: '2,55' }],
  ['negative price', { unitPrice: '-11062.06' }],
  ['negative price', { unitPrice: '-0.001' }],
  ['zero price', { unitPrice: '0.0' }],
  ['zero price', { unitPrice: '-0.00' }],
  ['sub-penny price', { unitPrice: '0.001' }],
  ['sub-penny price', { unitPrice: '1.005' }],
  ['too long or too large', { quantity: '1000001' }],
  ['too long or too large', { quantity: '9'.repeat(400) }],
  ['too long or too large', { unitPrice: '10000000000.01' }],
  ['too long or too large', { unitPrice: '9'.repeat(400) }],
  ['too long or too large', { unitPrice: '9007199254.75', quantity: '100000' }],
  ['too long or too large', { stockCode: 'x'.repeat(101) }],
  ['too long or too large', { description: 'x'.repeat(301) }],
  ['too long or too large', { customerId: 'x'.repeat(201) }],
])('a row is left out for its %s: %j', (reason, odd) => {
  expect(siftRow(rowOf(odd))).toBe(reason);
});
