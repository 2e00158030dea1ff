import type { QuoteLine } from '../../order/quote.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

/** A shop whose orders get the lines that a test quotes. */
export type QuotedShop = ScriptedShop & {
  /** Sets the quoted lines of the next orders. */
  quoteLines: (lines: readonly QuoteLine[]) => void;
  /** Creates a captured order of products, each a price and a number of units, and of quoted lines. */
  createCapturedOrder: (
    products: readonly (readonly [price: number, quantity: number])[],
    quoted: readonly QuoteLine[],
    currency?: string,
  ) => Promise<Pick<Attempt, 'orderId' | 'payment'>>;
  /** The same with a payment that is captured, or only authorized. */
  createPaidOrder: (
    type: 'AUTHORIZED' | 'CAPTURED',
    products: readonly (readonly [price: number, quantity: number])[],
    quoted: readonly QuoteLine[],
    currency?: string,
  ) => Promise<Pick<Attempt, 'orderId' | 'payment'>>;
  /** Takes the shares off an order's lines, as an old process writes them during an upgrade. */
  removeShares: (orderId: string) => Promise<void>;
  /** Refunds units of a line. Returns the amount. */
  refundUnits: (orderId: string, lineNo: number, quantity: number) => Promise<number>;
};

export const quoteLine = (kind: QuoteLine['kind'], unitAmount: number, appliesTo?: readonly number[]): QuoteLine => ({
  kind,
  name: kind,
  quantity: 1,
  unitAmount,
  appliesTo,
});

export async function createQuotedShop(options: Parameters<typeof createScriptedShop>[0] = {}): Promise<QuotedShop> {
  let quoted: readonly QuoteLine[] = [];
  const shop = await createScriptedShop({ ...options, quote: () => [...quoted] });
  const quoteLines: QuotedShop['quoteLines'] = (lines) => (quoted = lines);
  const createPaidOrder: QuotedShop['createPaidOrder'] = async (type, products, lines, currency = 'KRW') => {
    quoteLines(lines);
    const demand: Record<string, number> = {};
    for (const [priceAmount, quantity] of products)
      demand[await shop.createTestProduct({ priceAmount, currency })] = quantity;
    const { orderId, payment } = await shop.createPendingOrder(demand);
    await shop.sendWebhook(type, payment);
    return { orderId, payment };
  };
  return {
    ...shop,
    quoteLines,
    createPaidOrder,
    createCapturedOrder: async (...order) => createPaidOrder('CAPTURED', ...order),
    async removeShares(orderId) {
      await shop.database.pool.query(
        'update commerce.order_lines set discount_amount = null, tax_amount = null where order_id = $1',
        [orderId],
      );
    },
    refundUnits: async (orderId, lineNo, quantity) =>
      (await shop.commerce.createRefund({ orderId, lines: [{ lineNo, quantity }] })).amount,
  };
}
