import { attentionTexts } from './attention.ts';
import { dialogsTexts } from './dialogs.ts';
import { orderTexts } from './order.ts';
import { ordersTexts } from './orders.ts';
import { signInTexts } from './sign-in.ts';
import type { RouterOutputs } from '@commerce-core/client';

type Order = RouterOutputs['order']['get'];
type Reason = NonNullable<Order['attentionReasons']>[number];

const statuses = {
  CREATED: 'Created',
  PAYMENT_PENDING: 'Payment pending',
  PAID: 'Paid',
  PAYMENT_FAILED: 'Payment failed',
  CANCELED: 'Canceled',
  EXPIRED: 'Expired',
  UNFULFILLED: 'Not shipped',
  PARTIALLY_SHIPPED: 'Partly shipped',
  SHIPPED: 'Shipped',
  PARTIALLY_DELIVERED: 'Partly delivered',
  DELIVERED: 'Delivered',
  PARTIALLY_RETURNED: 'Partly returned',
  RETURNED: 'Returned',
  PENDING: 'Pending',
  AUTHORIZED: 'Authorized',
  CAPTURED: 'Captured',
  FAILED: 'Failed',
  REVIEW: 'In review',
  READY: 'Ready to pack',
  IN_TRANSIT: 'On its way',
  LOST: 'Lost',
  REQUESTED: 'Requested',
  SUBMITTED: 'Sent to the gateway',
  SUCCEEDED: 'Succeeded',
  UNKNOWN: 'No answer yet',
  APPROVED: 'Approved',
  RECEIVED: 'Received',
  CLOSED: 'Closed',
  DECLINED: 'Declined',
  OPEN: 'Open',
  WON: 'Won',
  LABEL: 'Label made',
  PICKED_UP: 'Picked up',
  MOVING: 'On its way',
  OUT_FOR_DELIVERY: 'Out for delivery',
  AT_PICKUP_POINT: 'At a pickup point',
  ATTEMPT_FAILED: 'Delivery attempt failed',
  PROBLEM: 'Problem',
  RETURNING: 'Coming back',
  SILENT: 'No news',
  DONE: 'Done',
  DUE: 'Due',
  REFUSED: 'Refused',
};

const reasons: Record<Reason, { title: string; advice: string }> = {
  refund_failed: { title: 'A refund failed', advice: 'Read why the refund failed, and request it again.' },
  dispute: { title: 'A payment is disputed', advice: 'Answer the dispute at the gateway. Clear a lost one.' },
  authorization_lost: {
    title: 'The authorization was lost',
    advice: 'Have the shopper pay again, or cancel the order.',
  },
  refunded_at_gateway: {
    title: 'Refunded at the gateway',
    advice: 'Cancel the order, or clear this to ship it anyway.',
  },
  amount_mismatch: {
    title: 'The amount differs',
    advice: 'Decide on the payment in review, or compare it with the gateway and clear this.',
  },
  event_conflict: {
    title: 'Messages contradict each other',
    advice: 'Compare the messages with the gateway, try parked ones again, then clear this.',
  },
  delivery_problem: {
    title: 'The delivery failed',
    advice: 'Refund or replace the goods by a return, and clear this.',
  },
  return_refund_due: { title: 'A return waits for its refund', advice: 'Refund the return, or replace or close it.' },
  parcel_problem: {
    title: 'A parcel has a problem',
    advice: 'Read what the carrier says, and ask it. Correct a wrong number.',
  },
  authorization_lapsing: {
    title: 'An authorization is about to lapse',
    advice: 'Capture the payment before the gateway releases it, or cancel.',
  },
  capture_overdue: {
    title: 'Goods have left and nothing is captured',
    advice: 'Capture the payment, and read why it was not.',
  },
  capture_failed: { title: 'A capture failed', advice: 'Read why, then capture again or cancel.' },
  gateway_silent: {
    title: 'The gateway does not answer',
    advice: 'Check that the gateway can be reached. The shop repeats its calls by itself.',
  },
  refund_due: { title: 'A refund is under way', advice: 'Wait until it has succeeded. Request a failed one again.' },
};

/** Every text of the page. `ko.ts` has the same texts in Korean, which the type checks. */
export const en = {
  language: 'English',
  shop: 'Shop',
  nav: {
    label: 'Main',
    attention: 'Attention',
    orders: 'Orders',
    shipping: 'Shipping',
    returns: 'Returns',
    stock: 'Stock',
    money: 'Money',
    events: 'Events',
    sales: 'Sales',
    system: 'System',
    goTo: 'Go to…',
    signOut: 'Sign out',
    skip: 'Skip to content',
  },
  signIn: signInTexts.en,
  attention: attentionTexts.en,
  orders: ordersTexts.en,
  order: orderTexts.en,
  actions: {
    label: 'Actions',
    cancel: 'Cancel order',
    refund: 'Refund',
    dispatch: 'Dispatch',
    capture: 'Capture',
    note: 'Add note',
    noteLabel: 'Note for operators',
    clearAttention: 'Clear attention',
    accept: 'Accept amount',
    reject: 'Send back',
    retry: 'Try again',
    dismiss: 'Dismiss',
    resume: 'Resume',
    open: 'Open order',
    close: 'Close',
    back: 'Back',
    copy: 'Copy',
    copied: 'Copied',
    working: 'Working…',
  },
  dialogs: dialogsTexts.en,
  palette: {
    title: 'Go to',
    label: 'Order number, id or reference',
    none: 'Nothing found.',
    help: 'A whole number or reference, or at least four characters of an id.',
  },
  queue: {
    tabs: 'Parts of the list',
    pages: 'Pages',
    first: 'First page',
    next: 'Next page',
    changed: 'The list has changed meanwhile.',
    show: 'Show it as it is now',
    gone: 'left this list',
    selectAll: 'Select all of this page',
    keys: 'j and k move, x selects, Enter opens',
  },
  command: 'The same on the command line',
  failed: 'This could not be read.',
  tryAgain: 'Try again',
  loading: 'Loading…',
  changedNow: 'Something changed. You see it as it is now.',
  actors: {
    operator: 'an operator',
    customer: 'the customer',
    gateway: 'the gateway',
    carrier: 'the carrier',
    system: 'the system',
  },
  statuses,
  reasons,
};

export type Texts = typeof en;
