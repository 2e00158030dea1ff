import type { RouterOutputs } from '@commerce-core/client';
import type { GatewayPayment } from '../reconcile/gateway-book.ts';

type Order = RouterOutputs['order']['list']['items'][number];

/** What a payment does at the gateway, and what the simulator is sent. */
type Deed = {
  summary: string;
  /** Whether an order can have this happen: it decides on the order when none is named. */
  fits: (order: Pick<Order, 'status' | 'fulfillmentStatus'>) => boolean;
};

export type Payment = { outcome: 'CAPTURED' | 'AUTHORIZED' | 'FAILED' | 'CANCELED' };
export type AtGateway = {
  /** The request to the simulator; a text says why there is none. */
  request: (payment: GatewayPayment, amount: number | undefined) => { path: string; body: object } | string;
};
export type Scan = { scan: string };
export type Happening = Deed & (Payment | AtGateway | Scan);

const isUnpaid = ({ status }: Pick<Order, 'status'>): boolean =>
  ['CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED'].includes(status);
const isPaid = ({ status }: Pick<Order, 'status'>): boolean => status === 'PAID';
const hasLeft = ({ fulfillmentStatus }: Pick<Order, 'fulfillmentStatus'>): boolean =>
  !['UNFULFILLED', 'DELIVERED'].includes(fulfillmentStatus);

const pay = (outcome: Payment['outcome'], summary: string): Happening => ({ summary, fits: isUnpaid, outcome });
const scan = (status: string, summary: string): Happening => ({ summary, fits: hasLeft, scan: status });

const closeDispute = (status: 'WON' | 'LOST'): AtGateway['request'] => {
  return ({ paymentId, disputes }) => {
    const open = disputes.find((dispute) => dispute.status === 'OPEN');
    if (!open) return 'The payment has no open dispute: open one by `commerce trigger dispute.opened`.';
    return { path: `dashboard/disputes/${open.id}`, body: { paymentId, status } };
  };
};

/** What the simulator can be made to do, by name. */
export const happenings: Readonly<Record<string, Happening>> = {
  'payment.captured': pay('CAPTURED', 'the shopper pays'),
  'payment.authorized': pay('AUTHORIZED', 'the shopper agrees, and the money is not taken yet'),
  'payment.failed': pay('FAILED', "the shopper's bank declines"),
  'payment.canceled': pay('CANCELED', 'the shopper gives up'),
  'refund.succeeded': {
    summary: 'someone sends money back in the dashboard of the gateway',
    fits: isPaid,
    request: ({ paymentId }, amount) => ({ path: 'dashboard/refunds', body: { paymentId, amount } }),
  },
  'dispute.opened': {
    summary: "the shopper's bank contests the payment",
    fits: isPaid,
    request: ({ paymentId }, amount) => ({ path: 'dashboard/disputes', body: { paymentId, amount } }),
  },
  'dispute.won': { summary: 'the bank decides for the shop', fits: isPaid, request: closeDispute('WON') },
  'dispute.lost': { summary: 'the bank decides for the shopper', fits: isPaid, request: closeDispute('LOST') },
  'tracking.picked-up': scan('PICKED_UP', 'the carrier takes the parcel'),
  'tracking.moving': scan('MOVING', 'the parcel is on its way'),
  'tracking.out-for-delivery': scan('OUT_FOR_DELIVERY', 'the parcel is in the van'),
  'tracking.at-pickup-point': scan('AT_PICKUP_POINT', 'the parcel waits to be fetched'),
  'tracking.attempt-failed': scan('ATTEMPT_FAILED', 'no one was at home'),
  'tracking.problem': scan('PROBLEM', 'the carrier has a problem with the parcel'),
  'tracking.returning': scan('RETURNING', 'the parcel is on its way back'),
  'tracking.delivered': scan('DELIVERED', 'the parcel has arrived'),
};
