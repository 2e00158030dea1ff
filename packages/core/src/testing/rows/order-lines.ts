import { nothingGivenUp, type LineKind, type OrderLine } from '../../order/order.ts';

export type LineFacts = readonly [kind: LineKind, quantity: number, unitAmount: number];

/** The lines of an order, numbered from 1, as a version without shares stored them. */
export const orderLinesOf = (...lines: readonly LineFacts[]): OrderLine[] =>
  lines.map(([kind, quantity, unitAmount], index) => ({
    orderId: 'o',
    lineNo: index + 1,
    kind,
    productId: kind === 'PRODUCT' ? 'p' : null,
    sku: kind === 'PRODUCT' ? 's' : null,
    name: 'A',
    quantity,
    unitAmount,
    amount: quantity * unitAmount,
    discountAmount: null,
    taxAmount: null,
    ...nothingGivenUp,
  }));
