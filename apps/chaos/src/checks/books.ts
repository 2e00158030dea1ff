import type { BookEntry } from '../setup/gateway.ts';
import type { PaymentRow, State } from './state.ts';
import type { Finding } from './finding.ts';

const sum = (parts: readonly { amount: number }[]): number => parts.reduce((total, { amount }) => total + amount, 0);

/** The money of a payment that the gateway has: charged, and neither voided nor refunded. In minor units. */
export const leftAtGateway = ({ state, authorizedAmount, capturedAmount, refundedAmount }: BookEntry): number =>
  state === 'AUTHORIZED' ? authorizedAmount : capturedAmount - refundedAmount;

/** The money that lost disputes took from the gateway. */
export const lostInDispute = ({ disputes }: BookEntry): number =>
  sum(disputes.filter(({ status }) => status === 'LOST'));

/** The money in disputes that are not won, which cannot be refunded. */
export const heldInDispute = ({ disputes }: BookEntry): number =>
  sum(disputes.filter(({ status }) => status !== 'WON'));

/** Whether the gateway released the authorization by itself. The shop records no refund of it. */
const isLost = ({ status, failureCode }: PaymentRow): boolean =>
  status === 'CANCELED' && failureCode === 'authorization_lost';

const takenOf = (payment: PaymentRow): number =>
  isLost(payment) ? 0 : payment.capturedAmount || payment.authorizedAmount || (payment.reportedAmount ?? 0);

/**
 * The authorization that the gateway released, and the shop neither voided nor counts as lost. An attempt that the shop
 * canceled before it heard of the approval has no money in the shop's book, and after the cancel none at the gateway.
 */
const releasedUnheard = (payment: PaymentRow, { state, releasedAmount }: BookEntry): { amount: number }[] =>
  state === 'CANCELED' && releasedAmount > 0 && takenOf(payment) > 0 ? [{ amount: releasedAmount }] : [];

/**
 * Describes how the shop's and the gateway's books differ about one payment; empty when they agree to the minor unit.
 */
export function differences({ payments, refundsOf, disputesOf, book }: State, paymentId: string): string[] {
  const payment = payments.get(paymentId);
  const entry = book.get(paymentId);
  if (!payment)
    return entry && leftAtGateway(entry) > 0
      ? [`the gateway has ${leftAtGateway(entry)} that the shop does not know`]
      : [];
  const refunds = (refundsOf.get(paymentId) ?? []).filter(({ status }) => status === 'SUCCEEDED');
  if (!entry) return takenOf(payment) > 0 ? [`the shop has ${takenOf(payment)} that the gateway does not know`] : [];

  const found: string[] = [];
  const same = (what: string, shop: unknown, gateway: unknown) => {
    if (JSON.stringify(shop) !== JSON.stringify(gateway))
      found.push(`${what}: ${JSON.stringify(shop)}, the gateway ${JSON.stringify(gateway)}`);
  };
  same('left', takenOf(payment) - sum(refunds), leftAtGateway(entry));
  if (payment.status === 'AUTHORIZED' || payment.status === 'CAPTURED' || isLost(payment)) {
    same('state', payment.status, entry.state);
    same('authorized', payment.authorizedAmount, entry.authorizedAmount);
    same('captured', payment.capturedAmount, entry.capturedAmount);
  }
  if (takenOf(payment) > 0) same('currency', payment.reportedCurrency ?? payment.currency, entry.currency);
  const amounts = (parts: readonly { amount: number }[]) => parts.map(({ amount }) => amount).toSorted((a, b) => a - b);
  const sentBack = entry.refunds.filter(({ status }) => status === 'SUCCEEDED');
  // The shop records a void as one refund, even if a part had been captured, or went back in several parts.
  if (refunds.some(({ kind }) => kind === 'VOID'))
    same('sent back', sum(refunds), sum(sentBack) + entry.releasedAmount);
  else same('sent back', amounts(refunds), amounts([...sentBack, ...releasedUnheard(payment, entry)]));
  // Not every provider reports disputes, or their amounts and results.
  if (entry.events.some(({ type }) => type.startsWith('DISPUTE'))) {
    const known = (parts: readonly { id: string; status: string; amount: number }[]) =>
      parts
        .map(({ id, status, amount }) => (payment.provider === 'portone' ? id : `${id} ${status} ${amount}`))
        .toSorted();
    same(
      'disputes',
      known((disputesOf.get(paymentId) ?? []).map((one) => ({ ...one, id: one.gatewayDisputeId }))),
      known(entry.disputes),
    );
  }
  return found;
}

/** Checks that both books are equal to the minor unit. */
export function checkBooks(state: State): Finding[] {
  const ids = new Set([...state.payments.keys(), ...state.book.keys()]);
  return [...ids].flatMap((id) =>
    differences(state, id).map((what) => ({
      check: 'books',
      what: `payment ${id} (${state.payments.get(id)?.provider}, ${state.payments.get(id)?.status}): ${what}`,
    })),
  );
}

/** Checks that the gateway has money only for paid orders, and only once per order. */
export function checkMoney({ orders, payments, book }: State): Finding[] {
  const charged = [...book.values()].flatMap((entry) => {
    const payment = payments.get(entry.paymentId);
    return payment && leftAtGateway(entry) - lostInDispute(entry) > 0
      ? [{ orderId: payment.orderId, paymentId: payment.id }]
      : [];
  });
  const unpaid = charged.filter(({ orderId }) => orders.get(orderId)?.status !== 'PAID');
  const twice = [...Map.groupBy(charged, ({ orderId }) => orderId)].filter(([, all]) => all.length > 1);
  return [
    ...unpaid.map(({ orderId, paymentId }) => ({
      check: 'money',
      what: `order ${orderId} is ${orders.get(orderId)?.status}, and the gateway keeps money of payment ${paymentId}`,
    })),
    ...twice.map(([orderId, all]) => ({
      check: 'money',
      what: `order ${orderId} was charged ${all.length} times: ${all.map(({ paymentId }) => paymentId).join(', ')}`,
    })),
  ];
}
