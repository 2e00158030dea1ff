import { CommerceError } from '../../errors.ts';
import { toGatewayPayment } from '../../gateways/gateway.ts';
import type { Payment } from '../../payment/payment.ts';
import { requireGateway, type ConfiguredGateways } from '../gateway-outbox/configured-gateways.ts';
import type { Inbox } from '../gateway-inbox/submit-gateway-event.ts';
import { requirePayment } from './read-payment.ts';
import { takeGatewayStep } from './take-gateway-step.ts';

/**
 * Confirms a payment at its gateway with the token that the shopper's browser got there. A payment that is approved
 * already is returned as it is.
 * @throws payment_not_found when there is no such payment
 * @throws provider_not_configured when the payment's gateway isn't configured any more
 * @throws unsupported_by_provider when payments of this provider need no confirmation
 * @throws payment_refused when the gateway refuses the payment
 * @throws gateway_unavailable when the gateway gives no answer
 */
export async function confirmAtGateway(
  inbox: Inbox,
  gateways: ConfiguredGateways,
  { paymentId, token }: { paymentId: string; token: string },
): Promise<Payment> {
  const payment = await requirePayment(inbox.database.db, { paymentId });
  if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return payment;
  const { confirm } = requireGateway(gateways, payment.provider);
  if (confirm) return takeGatewayStep(inbox, payment, async () => confirm(toGatewayPayment(payment), token));
  throw new CommerceError('unsupported_by_provider', 'payments of this provider need no confirmation');
}
