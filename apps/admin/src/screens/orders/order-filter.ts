import type { RouterInputs } from '@commerce-core/client';

type ListInput = Exclude<RouterInputs['order']['list'], void | undefined>;

/** The filters that have a few values each, and the orders of the list. */
export const choices = {
  status: ['CREATED', 'PAYMENT_PENDING', 'PAID', 'PAYMENT_FAILED', 'CANCELED', 'EXPIRED'],
  fulfillment: [
    'UNFULFILLED',
    'PARTIALLY_SHIPPED',
    'SHIPPED',
    'PARTIALLY_DELIVERED',
    'DELIVERED',
    'PARTIALLY_RETURNED',
    'RETURNED',
  ],
  payment: ['CREATED', 'PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'REVIEW'],
  reason: [
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
  ],
  sort: ['newest', 'oldest', 'changed', 'unchanged'],
} as const;

const texts = ['q', 'customer', 'email', 'reference', 'sku', 'tracking'] as const;
const totals = ['minTotal', 'maxTotal'] as const;
const days = ['since', 'until', 'paidSince', 'paidUntil', 'shippedSince', 'shippedUntil'] as const;

/**
 * The filters of the list of orders, as the address has them. Totals are in minor units. A day is a whole day of the
 * operator's own time zone; the day of an `until` is in the list.
 */
export type OrderFilter = { [N in keyof typeof choices]?: (typeof choices)[N][number] } & {
  [N in (typeof texts)[number] | (typeof days)[number]]?: string;
} & { [N in (typeof totals)[number]]?: number } & { attention?: true };

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(new Date(text).getTime());

/** Reads the filters from an address or a form. Values that no filter has are left out. */
export function orderFilter(search: Record<string, unknown>): OrderFilter {
  const filter: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(choices))
    if (values.some((value) => value === search[name])) filter[name] = search[name];
  for (const name of [...texts, ...days]) {
    const given = search[name];
    // A text of digits alone comes as a number.
    const text = typeof given === 'number' ? String(given) : typeof given === 'string' ? given.trim() : '';
    const isRight = (days as readonly string[]).includes(name) ? isDay(text) : text !== '';
    if (isRight) filter[name] = text;
  }
  for (const name of totals)
    if (Number.isSafeInteger(search[name]) && Number(search[name]) >= 0) filter[name] = search[name];
  if (search['attention'] === true) filter['attention'] = true;
  return filter as OrderFilter;
}

/** When a day begins, or the day after it, where the operator is. */
const startOf = (day: string | undefined, daysLater = 0): string | undefined => {
  if (day === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
};

const sorts = { newest: '-createdAt', oldest: 'createdAt', changed: '-updatedAt', unchanged: 'updatedAt' } as const;

/** The filters as the API takes them. */
export function listInputOf(filter: OrderFilter): ListInput {
  const input = {
    status: filter.status,
    fulfillmentStatus: filter.fulfillment,
    paymentStatus: filter.payment,
    attentionReason: filter.reason,
    needsAttention: filter.attention,
    q: filter.q,
    customerId: filter.customer,
    email: filter.email,
    reference: filter.reference,
    sku: filter.sku,
    trackingNumber: filter.tracking,
    minTotalAmount: filter.minTotal,
    maxTotalAmount: filter.maxTotal,
    createdFrom: startOf(filter.since),
    createdTo: startOf(filter.until, 1),
    paidFrom: startOf(filter.paidSince),
    paidTo: startOf(filter.paidUntil, 1),
    shippedFrom: startOf(filter.shippedSince),
    shippedTo: startOf(filter.shippedUntil, 1),
    sort: filter.sort && sorts[filter.sort],
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** The filters as an export takes them: its orders are in the order of their creation. */
export function exportInputOf(filter: OrderFilter): Record<string, unknown> {
  const { sort, ...others } = listInputOf(filter);
  return { ...others, ...(sort === 'createdAt' && { sort }) };
}

/** The command that lists the same orders. */
export function listWords(filter: OrderFilter): string[] {
  const options: [name: string, value: string | number | true | undefined][] = [
    ['status', filter.status],
    ['fulfillment', filter.fulfillment],
    ['payment', filter.payment],
    ['customer', filter.customer],
    ['email', filter.email],
    ['q', filter.q],
    ['reference', filter.reference],
    ['tracking', filter.tracking],
    ['sku', filter.sku],
    ['attention', filter.attention],
    ['reason', filter.reason],
    ['min-total', filter.minTotal],
    ['max-total', filter.maxTotal],
    ['since', startOf(filter.since)],
    ['until', startOf(filter.until, 1)],
    ['paid-since', startOf(filter.paidSince)],
    ['paid-until', startOf(filter.paidUntil, 1)],
    ['shipped-since', startOf(filter.shippedSince)],
    ['shipped-until', startOf(filter.shippedUntil, 1)],
    ['sort', filter.sort],
  ];
  const words = options.flatMap(([name, value]) =>
    value === undefined ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return ['orders', 'list', ...words];
}
