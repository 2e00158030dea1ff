import {
  gatewayFact,
  type GatewayFact,
  type GatewayPayment,
  GatewayRefusal,
  type GatewayRefund,
} from '@commerce-core/core/gateway';
import { toStripe } from './amounts.ts';
import type { StripeApi } from './api.ts';
import { disputeFact, intentFacts, isRelease, refundFact } from './facts.ts';
import type { PaymentIntent } from './objects.ts';

const approvedStatuses: readonly string[] = ['requires_capture', 'succeeded'];

/** Returns all facts of a payment; none when Stripe doesn't know it. Throws as the port says. */
export async function retrievePayment(api: StripeApi, payment: GatewayPayment): Promise<GatewayFact[]> {
  const intent = await findIntent(api, payment);
  return intent ? readFacts(api, intent, payment) : [];
}

/** Captures a part of an authorization, or all of it. Throws as the port says. */
export async function capturePayment(api: StripeApi, payment: GatewayPayment, amount: number): Promise<GatewayFact[]> {
  const id = intentIdOf(payment);
  const change = () => api.capture(id, toStripe(amount, payment.currency));
  const { intent, refusal } = await changeIntent(api, id, change);
  const isFinal = intent.status === 'succeeded' || intent.status === 'canceled';
  if (refusal && !isFinal) throw refusal;
  return readFacts(api, intent, payment);
}

/** Ends a payment that isn't approved. Throws as the port says. */
export async function cancelPayment(api: StripeApi, payment: GatewayPayment): Promise<GatewayFact[]> {
  const intent = await findIntent(api, payment);
  if (!intent) return [];
  // Stripe's cancel would release an authorization, too.
  if (approvedStatuses.includes(intent.status)) return readFacts(api, intent, payment);
  const changed = await changeIntent(api, intent.id, () => api.cancel(intent.id));
  return readFacts(api, changed.intent, payment);
}

/** Returns money of a payment to the shopper, once for each refund. Throws as the port says. */
export async function refundPayment(
  api: StripeApi,
  refund: GatewayRefund,
  payment: GatewayPayment,
): Promise<GatewayFact[]> {
  const ids = { refundId: refund.id, paymentId: payment.id, intentId: intentIdOf(payment) };
  if (refund.kind === 'VOID') return voidPayment(api, refund, ids);
  return findOrMakeRefund(api, ids, toStripe(refund.amount, refund.currency));
}

type Ids = { refundId: string; paymentId: string; intentId: string };

async function voidPayment(api: StripeApi, { amount, currency }: GatewayRefund, ids: Ids): Promise<GatewayFact[]> {
  const { refundId, paymentId, intentId } = ids;
  const { intent } = await changeIntent(api, intentId, () => api.cancel(intentId));
  const whole = { amount, currency };
  // After a partial capture the refund is of the captured part. The rest was released then, so the whole is undone.
  if (intent.status === 'succeeded') return (await findOrMakeRefund(api, ids)).map((fact) => ({ ...fact, ...whole }));
  if (intent.status !== 'canceled') throw new Error(`Stripe can't cancel the payment while it is ${intent.status}`);
  return [gatewayFact({ type: 'REFUNDED', paymentId, gatewayPaymentId: intentId, ...whole, refundId })];
}

/** Stripe forgets idempotency keys after a day, so the refund is looked for first: a call may be repeated later. */
async function findOrMakeRefund(
  api: StripeApi,
  { refundId, paymentId, intentId }: Ids,
  amount?: number,
): Promise<GatewayFact[]> {
  const known = (await api.refunds(intentId)).find(({ metadata }) => metadata.refund_id === refundId);
  const refund = known ?? (await api.refund(intentId, { refund_id: refundId, payment_id: paymentId }, amount));
  return [{ ...refundFact(refund), paymentId, refundId }];
}

/** Returns all that Stripe knows of an intent's payment. Refunds and disputes exist only after a capture. */
async function readFacts(
  api: StripeApi,
  intent: PaymentIntent,
  { id: paymentId }: GatewayPayment,
): Promise<GatewayFact[]> {
  const [refunds, disputes] =
    intent.amount_received > 0 ? await Promise.all([api.refunds(intent.id), api.disputes(intent.id)]) : [[], []];
  const facts = [
    ...intentFacts(intent),
    ...refunds.filter((one) => !isRelease(one)).map(refundFact),
    ...disputes.map(disputeFact),
  ];
  return facts.map((fact) => ({ ...fact, paymentId }));
}

/** Changes an intent. Returns the intent as it is, with Stripe's refusal, when its status doesn't allow the change. */
async function changeIntent(
  api: StripeApi,
  id: string,
  change: () => Promise<PaymentIntent>,
): Promise<{ intent: PaymentIntent; refusal?: GatewayRefusal }> {
  try {
    return { intent: await change() };
  } catch (error) {
    if (!isRefusal(error, 'payment_intent_unexpected_state')) throw error;
    return { intent: await api.intent(id), refusal: error };
  }
}

async function findIntent(api: StripeApi, { gatewayPaymentId }: GatewayPayment): Promise<PaymentIntent | undefined> {
  if (gatewayPaymentId === null) return undefined;
  try {
    return await api.intent(gatewayPaymentId);
  } catch (error) {
    if (isRefusal(error, 'resource_missing')) return undefined;
    throw error;
  }
}

function intentIdOf({ gatewayPaymentId }: GatewayPayment): string {
  if (gatewayPaymentId !== null) return gatewayPaymentId;
  throw new GatewayRefusal('no_such_payment', 'Stripe has never answered with an id for this payment');
}

const isRefusal = (error: unknown, code: string): error is GatewayRefusal =>
  error instanceof GatewayRefusal && error.code === code;
