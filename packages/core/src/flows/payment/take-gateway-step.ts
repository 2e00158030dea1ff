import { withTransaction } from '../../database/transaction.ts';
import { CommerceError } from '../../errors.ts';
import { answeredEvent, gatewayFact, type GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import type { Payment } from '../../payment/payment.ts';
import { submitGatewayEvent, type Inbox } from '../gateway-inbox/submit-gateway-event.ts';
import { requirePayment } from './read-payment.ts';
import { requestPoll } from './request-poll.ts';

/**
 * Calls a gateway about a payment and applies the facts that the gateway returns. Returns the payment afterwards.
 * @throws payment_refused when the gateway refuses; the payment is FAILED then
 * @throws gateway_unavailable when the gateway gives no answer; the payment is polled later
 */
export async function takeGatewayStep(
  inbox: Inbox,
  payment: Payment,
  step: () => Promise<GatewayFact[]>,
): Promise<Payment> {
  let facts: GatewayFact[];
  try {
    facts = await step();
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) {
      await withTransaction(inbox.database, async (tx) => requestPoll(tx, payment));
      throw new CommerceError(
        'gateway_unavailable',
        'the payment gateway gives no answer; the payment is polled later',
      );
    }
    const { code: failureCode } = error;
    await applyFacts(inbox, payment, [gatewayFact({ type: 'FAILED', failureCode })]);
    throw new CommerceError('payment_refused', 'the payment gateway refuses this payment', { failureCode });
  }
  await applyFacts(inbox, payment, facts);
  return requirePayment(inbox.database.db, { paymentId: payment.id });
}

/** Applies what a gateway returned about a payment, in the order in which it happened. */
async function applyFacts(inbox: Inbox, { id: paymentId, provider }: Payment, facts: readonly GatewayFact[]) {
  for (const fact of facts) {
    await submitGatewayEvent(inbox, { ...answeredEvent(provider, { ...fact, paymentId }), rawBody: null });
  }
}
