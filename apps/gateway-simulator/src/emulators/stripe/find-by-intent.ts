import type { BankPayment } from '../../bank/bank-payment.ts';
import type { Bank } from '../../bank/bank.ts';
import { StripeRefusal } from './stripe-form.ts';

/**
 * Returns the payment of a payment intent. Stripe doesn't know the shop's id of it.
 *
 * @throws StripeRefusal `resource_missing` when there is no such payment intent
 */
export function findByIntent(bank: Bank, id: string): BankPayment {
  const payment = bank.find(id, 'stripe');
  if (payment?.id === id) return payment;
  throw new StripeRefusal('resource_missing', `No such payment_intent: '${id}'`, 'intent', 404);
}
