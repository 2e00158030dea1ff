import type { Commerce } from '../../commerce.ts';
import { createReturnShop, type ReturnShop } from '../returns/returns.testing.ts';

/** A shop whose goods are exchanged. */
export type ExchangeShop = ReturnShop & {
  /** Creates a captured order of one line, sends it and takes units of it back. */
  createReturn: (price: number, quantity: number, returned?: number) => Promise<ReturnedOrder>;
  /** Exchanges a return for units of a new product. */
  exchange: (
    returnId: string,
    price: number,
    options?: Partial<Parameters<Commerce['exchangeReturn']>[0]> & { quantity?: number; stock?: number },
  ) => ReturnType<Commerce['exchangeReturn']>;
  /** Gives credits back, and sends and ends all refunds. */
  settle: () => Promise<void>;
  /** Reads the balance of an order's payments, in minor units. */
  balanceOf: (orderId: string) => Promise<{ captured: number; refunded: number; credited: number }>;
};

type ReturnedOrder = { orderId: string; returnId: string; paymentId: string };

export async function createExchangeShop(options: Parameters<typeof createReturnShop>[0] = {}): Promise<ExchangeShop> {
  const shop = await createReturnShop(options);
  const { commerce } = shop;
  return {
    ...shop,
    async createReturn(price, quantity, returned = quantity) {
      const { orderId, payment } = await shop.createCapturedOrder([[price, quantity]], []);
      await shop.send(orderId);
      return { orderId, returnId: await shop.takeBack(orderId, [returned]), paymentId: payment.id };
    },
    async exchange(returnId, priceAmount, { quantity = 1, stock = quantity, ...input } = {}) {
      const productId = await shop.createTestProduct({ priceAmount, quantity: stock, currency: 'KRW' });
      const order = { lines: [{ productId, quantity }] };
      return commerce.exchangeReturn({ returnId, order, ...input });
    },
    async settle() {
      while ((await commerce.settleCredits()) > 0);
      await commerce.callGateways();
    },
    async balanceOf(orderId) {
      const payments = (await commerce.listPayments({ orderId })).filter(({ surplus }) => !surplus);
      const sumOf = (field: 'capturedAmount' | 'refundedAmount' | 'creditedAmount') =>
        payments.reduce((sum, payment) => sum + payment[field], 0);
      return {
        captured: sumOf('capturedAmount'),
        refunded: sumOf('refundedAmount'),
        credited: sumOf('creditedAmount'),
      };
    },
  };
}
