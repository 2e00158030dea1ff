import type { Client } from '../client.ts';
import type { TestApi } from './test-api.ts';

/** Creates an order of 2 out of 5 units with a live payment, and the messages that the gateway may send about it. */
export async function createPendingOrder(api: TestApi, customer: Client) {
  const productId = await api.createProduct({ quantity: 5 });
  const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId, quantity: 2 }] });
  const payment = await customer.payment.create.mutate({ orderId, provider: 'mock' });
  const message = { paymentId: payment.id, amount: payment.amount, currency: payment.currency };
  const approval = { type: 'AUTHORIZED', ...message };
  const failure = { type: 'FAILED', ...message, failureCode: 'card_declined' };
  return { productId, orderId, payment, approval, failure };
}
