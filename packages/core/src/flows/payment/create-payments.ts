import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { customerActor } from '../../events/actor.ts';
import { canTransition } from '../../order/order.ts';
import { amountRefusal } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import {
  approvePayment,
  captureOverdueMs,
  isLive,
  isUnderReview,
  lapseWarningAt,
  newPayment,
  noProvider,
  type CaptureMode,
  type Payment,
} from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { SharedFlow } from '../../unit-of-work/shared-flow.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from '../order/locate-order.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { completeOrder } from './complete-order.ts';

/**
 * An attempt to pay an order. With `customerId`, only an order of that customer. The caller makes `id` before the
 * transaction. The order's stock stays reserved for at least `reservationMs` from now.
 */
export type CreatePaymentCommand = Traced & {
  id: string;
  orderId: string;
  provider: string;
  method: string | null;
  capture: CaptureMode;
  /** The gateway's rule for amounts. */
  amountRule: Gateway['amountRule'];
  reservationMs: number;
  /**
   * How long an authorization lasts at the gateway; undefined where that isn't known, or nothing is only authorized.
   */
  authorizationMs?: number | undefined;
  customerId?: string | undefined;
};

/**
 * Creates payment attempts. The order becomes PAYMENT_PENDING. An attempt after a failed one reserves the stock again.
 * An order that has lost its authorization stays PAID, shipped or not, and its stock stays sold. A free order becomes
 * PAID at once, by a payment of 0 without a gateway.
 * @returns the payment in CREATED, or in CAPTURED for a free order · refusals: order_not_found, payment_in_progress,
 * invalid_transition, amount_not_supported, insufficient_stock (the order stays as it was)
 */
export const createPayments: SharedFlow<CreatePaymentCommand, Outcome<Payment>> = async (_, commands) => ({
  locks: { orderIds: commands.map(({ orderId }) => orderId), stocks: 'attempted' },
  read: async () => (work, running) => running.map((command) => createPayment(work, command)),
});

/** Creates an attempt to pay a locked order, or a new one. @returns as `createPayments` */
export function createPayment(work: UnitOfWork, command: CreatePaymentCommand): Outcome<Payment> {
  work.decideFor(command);
  const located = locateOrder(work, command);
  if (!located.ok) return located;
  const order = located.value;
  const { currency } = order.row;
  const amount = order.owedAmount();
  // No expiry ends an attempt that the shopper has left on a PAID order, so the next attempt does.
  if (order.hasLostItsMoney() && order.row.reservedUntil <= work.now && !order.payments.some(isUnderReview))
    cancelLiveAttempts(order);
  const refusal = refusalOf(order, command);
  if (refusal) return refused(refusal);

  if (order.row.reservationStatus === 'RELEASED') order.reserveStock();
  const { id, reservationMs } = command;
  const { provider, method, capture } = amount === 0 ? withoutGateway : command;
  const reservedUntil = new Date(Math.max(order.row.reservedUntil.getTime(), work.now.getTime() + reservationMs));
  if (order.status !== 'PAID') order.transition('PAYMENT_PENDING');
  order.setReservedUntil(reservedUntil);
  const payment = newPayment(
    { id, orderId: order.id, provider, method, capture, currency, amount, ...warningsOf(order, command) },
    work.now,
  );
  order.addPayment(payment);
  order.record('payment.created', {
    paymentId: id,
    provider,
    amount,
    currency,
    reservedUntil: reservedUntil.toISOString(),
  });
  if (amount > 0) return accepted(payment);
  // No gateway approves it, as these events usually mean.
  work.decideFor({ ...command, actor: command.actor ?? customerActor });
  const paid = approvePayment(payment, { captured: true, surplus: false }, work.now);
  completeOrder(order, paid);
  return accepted(paid);
}

/** When an operator is warned about the attempt, if it is authorized and not captured by then. */
function warningsOf({ now, row }: LockedOrder, { authorizationMs }: CreatePaymentCommand) {
  const hasLeft = row.fulfillmentStatus !== 'UNFULFILLED';
  return {
    lapseWarningAt: authorizationMs === undefined ? null : lapseWarningAt(now, authorizationMs),
    captureOverdueAt: hasLeft ? new Date(now.getTime() + captureOverdueMs) : null,
  };
}

/** How a free order is paid. */
const withoutGateway = { provider: noProvider, method: null, capture: 'AUTOMATIC' } as const;

function refusalOf(order: LockedOrder, command: CreatePaymentCommand): CommerceError | undefined {
  if (order.payments.some(isLive)) {
    return new CommerceError('payment_in_progress', 'another attempt to pay this order is in progress');
  }
  if (!order.hasLostItsMoney() && !canTransition(order.status, 'PAYMENT_PENDING'))
    return invalidTransition('order', order.status, 'PAYMENT_PENDING');
  const { currency } = order.row;
  const amount = order.owedAmount();
  const unsupported = amount === 0 ? undefined : amountRefusal(command, 'payment', { amount, currency });
  if (unsupported) return unsupported;
  const products = order.row.reservationStatus === 'RELEASED' ? order.shortages() : [];
  if (products.length === 0) return undefined;
  return new CommerceError(
    'insufficient_stock',
    'there is not enough stock any more: place a new order with fewer units, or wait for stock',
    { products },
  );
}
