import type { Dispute } from '../../dispute/dispute.ts';
import { authorizationLost, type Payment } from '../../payment/payment.ts';
import { isOpen, type Refund } from '../../refund/refund.ts';
import type { GatewayBook } from './gateway-book.ts';

/** A payment in the shop's book, with its refunds and disputes. */
export type ShopBook = { payment: Payment; refunds: readonly Refund[]; disputes: readonly Dispute[] };

/** What two books may differ in. `payment`: only one of them has the payment. `refunded`: the sum of all refunds. */
export const differenceKinds = [
  'payment',
  'status',
  'currency',
  'authorized',
  'captured',
  'refunded',
  'refund',
  'dispute',
] as const;

/** What one book says. `amount` is in minor units of the payment's currency. */
export type BookEntry = { status: string | null; amount: number | null };

/** One difference. `objectId` names the refund or dispute; a book without an entry is null. */
export type BookDifference = {
  kind: (typeof differenceKinds)[number];
  objectId: string | null;
  shop: BookEntry | null;
  gateway: BookEntry | null;
};

/**
 * OPEN: no money has come yet. ENDED: no money will come. RELEASED: all money went back, because the authorization was
 * released or all that was captured is refunded.
 */
type Standing = 'OPEN' | 'ENDED' | 'AUTHORIZED' | 'CAPTURED' | 'RELEASED';
export type Side = { standing: Standing; currency: string; authorized: number; captured: number; left: number };

const entry = (status: string | null, amount: number | null = null): BookEntry => ({ status, amount });

/** Returns all differences between the shop's book and the gateway's, about one payment. */
export function compareBooks(book: ShopBook, gateway: GatewayBook | undefined): BookDifference[] {
  const { payment } = book;
  const ours = sideOfShop(book);
  if (!gateway) {
    // A gateway need not know an attempt that no shopper has paid.
    const known = entry(payment.status, ours.captured || ours.authorized);
    return ours.authorized > 0 ? [{ kind: 'payment', objectId: null, shop: known, gateway: null }] : [];
  }
  const theirs = sideOfGateway(gateway);
  const found: BookDifference[] = [];
  const same = (kind: BookDifference['kind'], shop: BookEntry, there: BookEntry) => {
    if (shop.status === there.status && shop.amount === there.amount) return;
    found.push({ kind, objectId: null, shop, gateway: there });
  };
  if (!agreeOnStanding(ours, theirs)) same('status', entry(payment.status), entry(gateway.status));
  if (ours.authorized > 0 && theirs.authorized > 0) {
    same('currency', entry(ours.currency), entry(theirs.currency));
    same('authorized', entry(null, ours.authorized), entry(null, theirs.authorized));
  }
  if (!areBothReleased(ours, theirs)) same('captured', entry(null, ours.captured), entry(null, theirs.captured));
  return [...found, ...compareRefunds(book, gateway), ...compareDisputes(book, gateway)];
}

const areBothReleased = (ours: Side, theirs: Side): boolean => ours.standing === 'RELEASED' && theirs.left === 0;

// A gateway may keep an attempt open that the shop has ended; money that still comes is refunded. A gateway may also
// forget the amount of an authorization that it has released.
const agreeOnStanding = (ours: Side, theirs: Side): boolean =>
  ours.standing === theirs.standing ||
  areBothReleased(ours, theirs) ||
  (ours.standing === 'ENDED' && theirs.standing === 'OPEN');

/** What the shop holds of a payment. Amounts are integer minor units of `currency`. */
export function sideOfShop({ payment, refunds }: ShopBook): Side {
  const { status, reportedAmount, reportedCaptured, reportedCurrency, refundedAmount, failureCode } = payment;
  // Of a payment in review the gateway holds the amount that it has reported.
  const isReported = payment.authorizedAmount === 0 && reportedAmount !== null;
  const authorized = isReported ? reportedAmount : payment.authorizedAmount;
  const captured = isReported ? (reportedCaptured ? reportedAmount : 0) : payment.capturedAmount;
  const currency = (isReported ? reportedCurrency : null) ?? payment.currency;
  const isReleased =
    failureCode === authorizationLost || refunds.some((one) => one.kind === 'VOID' && one.status === 'SUCCEEDED');
  const without = status === 'CREATED' || status === 'PENDING' ? 'OPEN' : 'ENDED';
  const left = isReleased ? 0 : captured > 0 ? captured - refundedAmount : authorized;
  const standing = isReleased ? 'RELEASED' : standingOf(authorized, captured, without);
  return { standing, currency, authorized, captured, left };
}

function sideOfGateway({ status, currency, authorizedAmount, capturedAmount, isReleased, refunds }: GatewayBook): Side {
  const without = status === 'PENDING' ? 'OPEN' : 'ENDED';
  const standing = isReleased ? 'RELEASED' : standingOf(authorizedAmount, capturedAmount, without);
  const left = isReleased ? 0 : capturedAmount > 0 ? capturedAmount - sumOf(refunds) : authorizedAmount;
  return { standing, currency, authorized: authorizedAmount, captured: capturedAmount, left };
}

function standingOf(authorized: number, captured: number, without: 'OPEN' | 'ENDED'): Standing {
  if (authorized === 0) return without;
  return captured > 0 ? 'CAPTURED' : 'AUTHORIZED';
}

const sumOf = (refunds: GatewayBook['refunds']): number =>
  refunds.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0);

function compareRefunds({ payment, refunds }: ShopBook, gateway: GatewayBook): BookDifference[] {
  const unknown = new Set(gateway.refunds);
  const found: BookDifference[] = [];
  let voidedAmount = 0;
  for (const refund of refunds) {
    const theirs = [...unknown].find(({ id, refundId }) => refundId === refund.id || id === refund.gatewayRefundId);
    if (theirs) unknown.delete(theirs);
    if (theirs?.status === 'SUCCEEDED' && refund.kind === 'VOID') voidedAmount += theirs.amount;
    // A VOID may undo a part that was captured; that nothing is left is seen in the payment.
    const isOtherAmount = theirs && refund.kind === 'REFUND' && theirs.amount !== refund.amount;
    if (agreeOnRefund(refund, theirs?.status) && !isOtherAmount) continue;
    const there = theirs ? entry(theirs.status, theirs.amount) : null;
    found.push({ kind: 'refund', objectId: refund.id, shop: entry(refund.status, refund.amount), gateway: there });
  }
  // A payment may be undone in several parts, also in the gateway's dashboard.
  const isVoided = refunds.some(({ kind, status }) => kind === 'VOID' && status === 'SUCCEEDED');
  for (const { id, status, amount } of unknown) {
    if (status !== 'SUCCEEDED') continue;
    if (isVoided) voidedAmount += amount;
    else found.push({ kind: 'refund', objectId: id, shop: null, gateway: entry(status, amount) });
  }
  const refunded = sumOf(gateway.refunds) - voidedAmount;
  if (payment.refundedAmount !== refunded) {
    const sums = { shop: entry(null, payment.refundedAmount), gateway: entry(null, refunded) };
    found.push({ kind: 'refunded', objectId: null, ...sums });
  }
  return found;
}

function agreeOnRefund(refund: Refund, theirs: GatewayBook['refunds'][number]['status'] | undefined): boolean {
  if (isOpen(refund)) return theirs === undefined || theirs === 'PENDING';
  if (refund.status === 'FAILED') return theirs === undefined || theirs === 'FAILED';
  // A gateway that released an authorization need not name a refund.
  return theirs === 'SUCCEEDED' || (theirs === undefined && refund.kind === 'VOID');
}

function compareDisputes({ disputes }: ShopBook, gateway: GatewayBook): BookDifference[] {
  const unknown = new Map(gateway.disputes.map((one) => [one.id, one]));
  const found: BookDifference[] = [];
  for (const { gatewayDisputeId, status, amount } of disputes) {
    const theirs = unknown.get(gatewayDisputeId);
    unknown.delete(gatewayDisputeId);
    // Some gateways report a dispute as open for ever, because they do not say who won it.
    if (theirs && theirs.amount === amount && (theirs.status === status || theirs.status === 'OPEN')) continue;
    const there = theirs ? entry(theirs.status, theirs.amount) : null;
    found.push({ kind: 'dispute', objectId: gatewayDisputeId, shop: entry(status, amount), gateway: there });
  }
  for (const { id, status, amount } of unknown.values())
    found.push({ kind: 'dispute', objectId: id, shop: null, gateway: entry(status, amount) });
  return found;
}
