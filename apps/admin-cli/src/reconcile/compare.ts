import type { RouterOutputs } from '@commerce-core/api/client';
import { formatMoney } from '../money.ts';
import type { Payment } from '../payment.ts';
import { paymentStatusOf } from '../payment.ts';
import type { GatewayPayment, GatewayRefund } from './gateway-book.ts';

export type Refund = RouterOutputs['refund']['list']['items'][number];
export type Dispute = RouterOutputs['dispute']['list']['items'][number];
/** A payment as the shop's book has it. */
export type ShopPayment = { payment: Payment; refunds: readonly Refund[]; disputes: readonly Dispute[] };

/** One thing that the two books say differently; amounts are integer minor units of `currency`. */
export type Difference = {
  paymentId: string;
  /** The refund that it is about, or the dispute: the shop's id, or the gateway's of one that the shop doesn't know. */
  refundId: string | null;
  what: 'payment' | 'status' | 'currency' | 'authorized' | 'captured' | 'refunded' | 'refund' | 'dispute';
  shop: string | number | null;
  gateway: string | number | null;
  currency: string;
};

/**
 * OPEN: nothing has come yet. ENDED: nothing will. RELEASED: what had come went back in whole, by letting go of the
 * authorization or, where it was captured meanwhile, by a refund.
 */
type Standing = 'OPEN' | 'ENDED' | 'AUTHORIZED' | 'CAPTURED' | 'RELEASED';
type Side = { standing: Standing; currency: string; authorized: number; captured: number };

/** Everything in which the two books differ about one payment. */
export function compare(shop: ShopPayment | undefined, gateway: GatewayPayment | undefined): Difference[] {
  const whole = { refundId: null, what: 'payment' } as const;
  if (!shop)
    return gateway
      ? [{ ...whole, paymentId: gateway.paymentId, shop: null, gateway: gateway.state, currency: gateway.currency }]
      : [];
  const { id, currency: asked } = shop.payment;
  if (!gateway)
    return mustBeKnown(shop)
      ? [{ ...whole, paymentId: id, shop: paymentStatusOf(shop.payment), gateway: null, currency: asked }]
      : [];
  const [ours, theirs] = [sideOfShop(shop), sideOfGateway(gateway)];
  const { paymentId, currency } = gateway;
  const found: Difference[] = [];
  const same = (what: Difference['what'], left: string | number, right: string | number) => {
    if (left !== right) found.push({ paymentId, refundId: null, what, shop: left, gateway: right, currency });
  };
  const isUndone = ours.standing === 'RELEASED' && leftOf(gateway) === 0;
  // The gateway may keep open what the shop has ended: it is told to end it where it can be, and money that comes goes back.
  const isEndedHere = ours.standing === 'ENDED' && theirs.standing === 'OPEN';
  if (ours.standing !== theirs.standing && !isUndone && !isEndedHere)
    same('status', paymentStatusOf(shop.payment), gateway.state);
  if (ours.authorized > 0 && theirs.authorized > 0) same('currency', ours.currency, theirs.currency);
  same('authorized', ours.authorized, theirs.authorized);
  if (!isUndone) same('captured', ours.captured, theirs.captured);
  return [...found, ...compareRefunds(shop, gateway), ...compareDisputes(shop, gateway)];
}

// What else they know the providers don't tell: Toss nothing of disputes, PortOne neither amounts nor who won.
const tellsOfDisputes = (provider: string): 'all' | 'that' | 'nothing' =>
  provider === 'toss' ? 'nothing' : provider === 'portone' ? 'that' : 'all';

function compareDisputes({ disputes }: ShopPayment, gateway: GatewayPayment): Difference[] {
  const { paymentId, currency, provider } = gateway;
  const told = tellsOfDisputes(provider);
  if (told === 'nothing') return [];
  const say = ({ status, amount }: { status: string; amount: number }) =>
    told === 'that' ? 'there' : `${status} ${formatMoney(amount, currency)}`;
  const ours = new Map(disputes.map((dispute) => [dispute.gatewayDisputeId, say(dispute)]));
  const theirs = new Map(gateway.disputes.map((dispute) => [dispute.id, say(dispute)]));
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((id): Difference[] => {
    const [left, right] = [ours.get(id) ?? null, theirs.get(id) ?? null];
    return left === right ? [] : [{ paymentId, refundId: id, what: 'dispute', shop: left, gateway: right, currency }];
  });
}

/** Of an attempt that brought no money a gateway needn't know. */
const mustBeKnown = (shop: ShopPayment): boolean =>
  sideOfShop(shop).authorized > 0 || shop.payment.status === 'PENDING';

function sideOfShop({ payment, refunds }: ShopPayment): Side {
  const { status, authorizedAmount, capturedAmount, reportedAmount, reportedCurrency, reportedCaptured } = payment;
  // Under review, or sent back without a decision: what the gateway said it took is not yet, or never was, the payment's own.
  const isReported = authorizedAmount === 0 && reportedAmount !== null;
  const authorized = isReported ? reportedAmount : authorizedAmount;
  const captured = isReported ? (reportedCaptured ? reportedAmount : 0) : capturedAmount;
  const currency = (isReported ? reportedCurrency : null) ?? payment.currency;
  const isUndone = refunds.some((refund) => refund.kind === 'VOID' && refund.status === 'SUCCEEDED');
  const without = status === 'CREATED' || status === 'PENDING' ? 'OPEN' : 'ENDED';
  return {
    standing: isUndone ? 'RELEASED' : standingOf(authorized, captured, without),
    currency,
    authorized,
    captured,
  };
}

function sideOfGateway({
  state,
  currency,
  authorizedAmount: authorized,
  capturedAmount: captured,
}: GatewayPayment): Side {
  const without = state === 'CREATED' || state === 'WAITING' ? 'OPEN' : 'ENDED';
  const isReleased = state === 'CANCELED' && authorized > 0;
  return {
    standing: isReleased ? 'RELEASED' : standingOf(authorized, captured, without),
    currency,
    authorized,
    captured,
  };
}

function standingOf(authorized: number, captured: number, without: 'OPEN' | 'ENDED'): Standing {
  if (authorized === 0) return without;
  return captured > 0 ? 'CAPTURED' : 'AUTHORIZED';
}

const sum = (refunds: readonly GatewayRefund[]): number =>
  refunds.reduce((total, { status, amount }) => total + (status === 'SUCCEEDED' ? amount : 0), 0);

/** What the gateway has of it. */
const leftOf = ({ state, authorizedAmount, capturedAmount, refunds }: GatewayPayment): number =>
  state === 'AUTHORIZED' ? authorizedAmount : capturedAmount - sum(refunds);

function compareRefunds({ payment, refunds }: ShopPayment, gateway: GatewayPayment): Difference[] {
  const { paymentId, currency } = gateway;
  const unknown = new Set(gateway.refunds);
  const ofVoids: GatewayRefund[] = [];
  const found: Difference[] = [];
  const differ = (
    refundId: string | null,
    what: Difference['what'],
    shop: Difference['shop'],
    there: Difference['gateway'],
  ) => found.push({ paymentId, refundId, what, shop, gateway: there, currency });

  for (const refund of refunds) {
    const theirs = [...unknown].find(({ id, refundId }) => refundId === refund.id || id === refund.gatewayRefundId);
    if (theirs) unknown.delete(theirs);
    if (theirs && refund.kind === 'VOID') ofVoids.push(theirs);
    const done = theirs?.status ?? (gateway.releasedBy === refund.id ? 'SUCCEEDED' : null);
    if (!agree(refund, done)) differ(refund.id, 'refund', refund.status, done);
    // A VOID undoes what there is, which may be a part that was captured: that nothing is left says its status.
    else if (theirs && refund.kind === 'REFUND' && theirs.amount !== refund.amount)
      differ(refund.id, 'refund', refund.amount, theirs.amount);
  }
  // What was undone in whole went in however many parts, from the dashboard too: that nothing is left says the payment.
  if (refunds.some(({ kind, status }) => kind === 'VOID' && status === 'SUCCEEDED')) {
    ofVoids.push(...unknown);
    unknown.clear();
  }
  for (const { id, status, amount } of unknown) if (status === 'SUCCEEDED') differ(id, 'refund', null, amount);
  const refunded = sum(gateway.refunds) - sum(ofVoids);
  if (payment.refundedAmount !== refunded) differ(null, 'refunded', payment.refundedAmount, refunded);
  return found;
}

/** Whether the shop's refund is where the gateway's is; null is one that the gateway doesn't know. */
function agree({ status, kind }: Refund, theirs: GatewayRefund['status'] | null): boolean {
  switch (status) {
    case 'SUCCEEDED':
      // One that was let go of by the gateway itself has no refund's name there.
      return theirs === 'SUCCEEDED' || (kind === 'VOID' && theirs === null);
    case 'FAILED':
      return theirs === 'FAILED' || theirs === null;
    case 'REQUESTED':
    case 'SUBMITTED':
    case 'UNKNOWN':
      return theirs === 'PENDING' || theirs === null;
  }
}
