import { multiplyAmount } from '../money.ts';
import { isCharged, nothingGivenUp, type Address, type LineKind, type OrderLine, type OrderLineView } from './order.ts';

/**
 * A line that the shop's `quote` adds to an order: shipping, a discount (zero or below) or tax.
 *
 * `appliesTo` names the lines that share a discount or tax, by `lineNo`. PRODUCT lines have the numbers that `quote`
 * was given; the lines that it returns continue them, in their order, which numbers its SHIPPING lines. Without
 * `appliesTo` all PRODUCT and SHIPPING lines share it. `shareDiscountsAndTaxes` says how.
 */
export type QuoteLine = {
  kind: Exclude<LineKind, 'PRODUCT' | 'CREDIT'>;
  name: string;
  quantity: number;
  unitAmount: number;
  appliesTo?: readonly number[] | undefined;
};

/** Where an order goes, as far as the shopper has said. A placed order has the whole address. */
export type QuotedAddress = Pick<Address, 'country'> & { [F in keyof Address]?: Address[F] | undefined };

export type QuotedOrder = {
  /** Null for a guest, and when `order.quote` was called without a customer. */
  customerId: string | null;
  currency: string;
  /** The products, and the shipping option. */
  lines: readonly OrderLine[];
  shippingAddress: QuotedAddress | null;
  metadata: Record<string, unknown> | null;
};

/** Prices shipping, discounts and tax. It runs inside the transaction, so it returns no promise and uses no network. */
export type Quote = (order: QuotedOrder) => QuoteLine[];

/** The quote's lines, numbered from `firstNo`. @throws amount_too_large when a line's amount exceeds 2^53 - 1 */
export function quotedLines(orderId: string, quoted: readonly QuoteLine[], firstNo: number): OrderLineView[] {
  return quoted.map(({ kind, name, quantity, unitAmount }, index) => {
    const amount = multiplyAmount(unitAmount, quantity);
    return {
      orderId,
      lineNo: firstNo + index,
      kind,
      productId: null,
      sku: null,
      name,
      quantity,
      unitAmount,
      amount,
      discountAmount: 0,
      taxAmount: 0,
      ...nothingGivenUp,
      paidAmount: isCharged({ kind }) ? amount : 0,
    };
  });
}
