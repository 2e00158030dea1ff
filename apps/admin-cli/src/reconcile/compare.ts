import type { RouterOutputs } from '@commerce-core/client';
import { formatMoney } from '../money.ts';
import type { Payment } from '../show/payment.ts';
import { paymentStatusOf } from '../show/payment.ts';
import type { GatewayPayment, GatewayRefund } from './gateway-book.ts';

export type Refund = RouterOutputs['refund']['list']['items'][number];
export type Dispute = RouterOutputs['dispute']['list']['items'][number];
/** A payment in the shop's book. */
export type ShopPayment = { payment: Payment; refunds: readonly Refund[]; disputes: readonly Dispute[] };

/** One difference between the two books. Amounts are integer minor units of `currency`. */
export type Difference = {
  paymentId: string;
  /** The id of the refund or dispute: the shop's id, or the gateway's id if the shop doesn't know it. */
  refundId: string | null;
  what: 'payment' | 'status' | 'currency' | 'authorized' | 'captured' | 'refunded' | 'refund' | 'dispute';
  shop: string | number | null;
  gateway: string | number | null;
  currency: string;
};

/**
 * OPEN: no money has come yet. ENDED: no money will come. RELEASED: all money went back, because the authorization was
 * released or the captured amount was refunded.
 */
type Standing = 'OPEN' | 'ENDED' | 'AUTHORIZED' | 'CAPTURED' | 'RELEASED';
type Side = { standing: Standing; currency: string; authorized: number; captured: number };

/** Returns all differences between the two books about one payment. */
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
  // The gateway may keep an attempt open that the shop has ended. Not every provider can end it; late money is
  // refunded.
  const isEndedHere = ours.standing === 'ENDED' && theirs.standing === 'OPEN';
  if (ours.standing !== theirs.standing && !isUndone && !isEndedHere)
    same('status', paymentStatusOf(shop.payment), gateway.state);
  if (ours.authorized > 0 && theirs.authorized > 0) same('currency', ours.currency, theirs.currency);
  same('authorized', ours.authorized, theirs.authorized);
  if (!isUndone) same('captured', ours.captured, theirs.captured);
  return [...found, ...compareRefunds(shop, gateway), ...compareDisputes(shop, gateway)];
}

// Two providers report less: Toss has no disputes in its API, PortOne neither their amounts nor who won.
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

/** Whether the gateway has to know an attempt: it does if the attempt brought money. */
const mustBeKnown = (shop: ShopPayment): boolean =>
  sideOfShop(shop).authorized > 0 || shop.payment.status === 'PENDING';

function sideOfShop({ payment, refunds }: ShopPayment): Side {
  const { status, authorizedAmount, capturedAmount, reportedAmount, reportedCurrency, reportedCaptured, failureCode } =
    payment;
  // For a payment under review, or one that was refunded without a decision, the gateway's reported amount counts.
  const isReported = authorizedAmount === 0 && reportedAmount !== null;
  const authorized = isReported ? reportedAmount : authorizedAmount;
  const captured = isReported ? (reportedCaptured ? reportedAmount : 0) : capturedAmount;
  const currency = (isReported ? reportedCurrency : null) ?? payment.currency;
  // The gateway released the authorization by itself, or for a VOID.
  const isReleased =
    failureCode === 'authorization_lost' ||
    refunds.some((refund) => refund.kind === 'VOID' && refund.status === 'SUCCEEDED');
  const without = status === 'CREATED' || status === 'PENDING' ? 'OPEN' : 'ENDED';
  return {
    standing: isReleased ? 'RELEASED' : standingOf(authorized, captured, without),
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

/** The amount that the gateway still has. */
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
    // A VOID may undo a part that was captured. The status then shows that nothing is left.
    else if (theirs && refund.kind === 'REFUND' && theirs.amount !== refund.amount)
      differ(refund.id, 'refund', refund.amount, theirs.amount);
  }
  // A payment may be undone in several parts, also from the dashboard. The payment shows that nothing is left.
  if (refunds.some(({ kind, status }) => kind === 'VOID' && status === 'SUCCEEDED')) {
    ofVoids.push(...unknown);
    unknown.clear();
  }
  for (const { id, status, amount } of unknown) if (status === 'SUCCEEDED') differ(id, 'refund', null, amount);
  const refunded = sum(gateway.refunds) - sum(ofVoids);
  if (payment.refundedAmount !== refunded) differ(null, 'refunded', payment.refundedAmount, refunded);
  return found;
}

/** Compares the shop's refund with the gateway's, which is null if the gateway doesn't know it. */
function agree({ status, kind }: Refund, theirs: GatewayRefund['status'] | null): boolean {
  switch (status) {
    case 'SUCCEEDED':
      // If the gateway itself released the authorization, its book names no refund.
      return theirs === 'SUCCEEDED' || (kind === 'VOID' && theirs === null);
    case 'FAILED':
      return theirs === 'FAILED' || theirs === null;
    case 'REQUESTED':
    case 'SUBMITTED':
    case 'UNKNOWN':
      return theirs === 'PENDING' || theirs === null;
  }
}
