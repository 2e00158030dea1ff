import type { Client } from '../client.ts';
import type { TestApi } from './test-api.ts';

/** An order of 2 out of 5 units with a live payment, and what the gateway may say about it. */
export async function pendingOrder(api: TestApi, customer: Client) {
  const productId = await api.product({ quantity: 5 });
  const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId, quantity: 2 }] });
  const payment = await customer.payment.create.mutate({ orderId, provider: 'mock' });
  const about = { paymentId: payment.id, amount: payment.amount, currency: payment.currency };
  const approval = { type: 'AUTHORIZED', ...about };
  const failure = { type: 'FAILED', ...about, failureCode: 'card_declined' };
  return { productId, orderId, payment, approval, failure };
}
