import type { RouterInputs } from '@commerce-core/client';
import { Option, type Command } from 'commander';
import { integer } from '../../command.ts';
import { parseTime } from '../../time.ts';

type Input = Extract<RouterInputs['order']['list'], object>;

const statuses: readonly Input['status'][] = [
  'CREATED',
  'PAYMENT_PENDING',
  'PAID',
  'PAYMENT_FAILED',
  'CANCELED',
  'EXPIRED',
];
const fulfillmentStatuses: readonly Input['fulfillmentStatus'][] = [
  'UNFULFILLED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_DELIVERED',
  'DELIVERED',
  'PARTIALLY_RETURNED',
  'RETURNED',
];
const paymentStatuses: readonly Input['paymentStatus'][] = [
  'CREATED',
  'PENDING',
  'AUTHORIZED',
  'CAPTURED',
  'FAILED',
  'CANCELED',
  'REVIEW',
];
const reasons: readonly Input['attentionReason'][] = [
  'refund_failed',
  'dispute',
  'authorization_lost',
  'refunded_at_gateway',
  'amount_mismatch',
  'event_conflict',
  'delivery_problem',
  'return_refund_due',
  'parcel_problem',
  'authorization_lapsing',
  'capture_overdue',
  'capture_failed',
  'gateway_silent',
  'refund_due',
];
const sorts = { newest: '-createdAt', oldest: 'createdAt', changed: '-updatedAt', unchanged: 'updatedAt' } as const;

/** What `orders list` is given. */
export type OrderFilters = {
  status?: Input['status'];
  fulfillment?: Input['fulfillmentStatus'];
  payment?: Input['paymentStatus'];
  customer?: string;
  email?: string;
  q?: string;
  reference?: string;
  tracking?: string;
  sku?: string;
  attention?: true;
  reason?: Input['attentionReason'];
  minTotal?: number;
  maxTotal?: number;
  since?: Date;
  until?: Date;
  paidSince?: Date;
  paidUntil?: Date;
  shippedSince?: Date;
  shippedUntil?: Date;
  sort?: keyof typeof sorts;
};

const choice = (flags: string, text: string, values: readonly (string | undefined)[]) =>
  new Option(flags, text).choices(values.filter((value) => value !== undefined));

/** Adds the filters of `orders list`. An order must match all that are given. */
export const addOrderFilters = (command: Command, sortNames = Object.keys(sorts)): Command =>
  command
    .addOption(choice('--status <status>', 'only those with this status', statuses))
    .addOption(choice('--fulfillment <status>', 'only those whose shipments are so far', fulfillmentStatuses))
    .addOption(choice('--payment <status>', 'only those with an attempt in this status', paymentStatuses))
    .option('--customer <id>', 'only those of this customer')
    .option('--email <address>', 'only those with this e-mail address')
    .option('--q <words>', 'only those with these beginnings of words in reference, e-mail or name')
    .option('--reference <text>', 'only those with this reference')
    .option('--tracking <number>', 'only those with this parcel')
    .option('--sku <sku>', 'only those with this product')
    .option('--attention', 'only those that need an operator')
    .addOption(choice('--reason <reason>', 'only those that need an operator for this reason', reasons))
    .option('--min-total <n>', 'only those of at least so many minor units', integer)
    .option('--max-total <n>', 'only those of at most so many minor units', integer)
    .option('--since <time>', 'only those placed at this time or later', parseTime)
    .option('--until <time>', 'only those placed before this time', parseTime)
    .option('--paid-since <time>', 'only those paid at this time or later', parseTime)
    .option('--paid-until <time>', 'only those paid before this time', parseTime)
    .option('--shipped-since <time>', 'only those of which something was sent at this time or later', parseTime)
    .option('--shipped-until <time>', 'only those of which something was sent before this time', parseTime)
    .addOption(choice('--sort <which>', 'which come first', sortNames));

/** The filters as the API takes them. */
export const orderListInput = ({ sort, since, until, ...given }: OrderFilters): Input => ({
  status: given.status,
  fulfillmentStatus: given.fulfillment,
  paymentStatus: given.payment,
  customerId: given.customer,
  email: given.email,
  q: given.q,
  reference: given.reference,
  trackingNumber: given.tracking,
  sku: given.sku,
  needsAttention: given.attention,
  attentionReason: given.reason,
  minTotalAmount: given.minTotal,
  maxTotalAmount: given.maxTotal,
  createdFrom: since?.toISOString(),
  createdTo: until?.toISOString(),
  paidFrom: given.paidSince?.toISOString(),
  paidTo: given.paidUntil?.toISOString(),
  shippedFrom: given.shippedSince?.toISOString(),
  shippedTo: given.shippedUntil?.toISOString(),
  sort: sort && sorts[sort],
});
