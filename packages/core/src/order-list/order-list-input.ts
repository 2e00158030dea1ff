import { z } from 'zod';
import { id } from '../ids.ts';
import { cursorInput, instant } from '../list-input.ts';
import { attentionReasons, fulfillmentStatuses, orderStatuses } from '../order/order.ts';
import { customerId } from '../order/order-input.ts';
import { paymentStatuses } from '../payment/payment.ts';
import { line } from '../text.ts';

const amount = z.int().min(0);

/** The orders of a list by when they were placed or last changed; `-` for the latest first. */
export const orderSorts = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'] as const;
export type OrderSort = (typeof orderSorts)[number];

/** The filters that a customer may use for the own orders. All others are for operators. */
const customerFilters = {
  status: z.enum(orderStatuses).optional(),
  fulfillmentStatus: z.enum(fulfillmentStatuses).optional(),
  reference: line(200).optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
};

const operatorFilters = {
  customerId: customerId.optional(),
  needsAttention: z.boolean().optional(),
  attentionReason: z.enum(attentionReasons).optional(),
  paymentStatus: z.enum(paymentStatuses).optional(),
  email: line(254).optional(),
  sku: line(100).optional(),
  productId: id.optional(),
  trackingNumber: line(100).optional(),
  minTotalAmount: amount.optional(),
  maxTotalAmount: amount.optional(),
  paidFrom: instant.optional(),
  paidTo: instant.optional(),
  shippedFrom: instant.optional(),
  shippedTo: instant.optional(),
  q: line(200).optional(),
};

/** The filters that are for operators only. */
export const operatorOrderFilters = Object.keys(operatorFilters) as (keyof typeof operatorFilters)[];

/**
 * Which orders to list; an order must match all filters. Times ending in `From` are included, those ending in `To`
 * aren't. Amounts are minor units of the order's currency. `q` is looked for in references, e-mail addresses and names.
 */
export const listOrdersInput = z.strictObject({
  ...cursorInput,
  ...customerFilters,
  ...operatorFilters,
  sort: z.enum(orderSorts).default('-createdAt'),
});

export type OrderFilter = Omit<z.output<typeof listOrdersInput>, 'cursor' | 'limit'>;

/**
 * Which orders to export: the filters of a list. Only sorts by creation, in which no order changes its place while the
 * export reads.
 */
export const exportOrdersInput = z.strictObject({
  ...customerFilters,
  ...operatorFilters,
  sort: z.enum(['-createdAt', 'createdAt']).default('-createdAt'),
});
