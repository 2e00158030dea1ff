import { only } from '../../testing/only.ts';
import { quoteLine, type QuotedShop } from '../refund/quoted-shop.testing.ts';

/** What tests of canceled units do often in a shop. */
export function cancelFunctions(shop: QuotedShop) {
  const cancelLines = (orderId: string, ...lines: [lineNo: number, quantity: number][]) =>
    shop.commerce.cancelLines({ orderId, lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity })) });

  const shipping = [quoteLine('SHIPPING', 500), quoteLine('DISCOUNT', -1_000, [1, 2])];

  /** An order of 3 and 2 units for 1,000 and 500, with 1,000 off and shipping for 500: 3,500 in all. */
  async function createOrder(type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
    shop.quoteLines(shipping);
    const cup = await shop.createTestProduct();
    const tray = await shop.createTestProduct({ priceAmount: 500 });
    const { orderId, payment } = await shop.createPendingOrder({ [cup]: 3, [tray]: 2 });
    await shop.sendWebhook(type, payment);
    return { orderId, payment, cup, tray };
  }

  const readPayment = async (orderId: string) => only(await shop.commerce.listPayments({ orderId }));
  const readRefunds = async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items.toReversed();
  const dispatch = async (shipmentId: string) =>
    shop.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: shipmentId });

  return { cancelLines, createOrder, readPayment, readRefunds, dispatch };
}
