import type { RouterInputs } from '@commerce-core/client';

type ListInput = Exclude<RouterInputs['order']['list'], void | undefined>;
export type OrderStatus = NonNullable<ListInput['status']>;

export const orderStatuses: readonly OrderStatus[] = [
  'CREATED',
  'PAYMENT_PENDING',
  'PAID',
  'PAYMENT_FAILED',
  'CANCELED',
  'EXPIRED',
];

/** The filters of the list of orders, as the address has them. */
export type OrderFilter = { status?: OrderStatus; customer?: string; attention?: true };

const isStatus = (value: unknown): value is OrderStatus => orderStatuses.some((status) => status === value);

/** Reads the filters from an address. Values that no filter has are left out. */
export function orderFilter(search: Record<string, unknown>): OrderFilter {
  const { status, customer, attention } = search;
  // An id of digits alone comes as a number.
  const customerId = typeof customer === 'number' ? String(customer) : customer;
  return {
    ...(isStatus(status) && { status }),
    ...(typeof customerId === 'string' && customerId !== '' && { customer: customerId }),
    ...(attention === true && { attention }),
  };
}

/** The filters as the API takes them. */
export const listInputOf = ({ status, customer, attention }: OrderFilter): ListInput => ({
  ...(status && { status }),
  ...(customer !== undefined && { customerId: customer }),
  ...(attention && { needsAttention: attention }),
});

/** The command that lists the same orders. */
export const listWords = ({ status, customer, attention }: OrderFilter): string[] => [
  'orders',
  'list',
  ...(status ? ['--status', status] : []),
  ...(customer === undefined ? [] : ['--customer', customer]),
  ...(attention ? ['--attention'] : []),
];
