// The SQL functions bench.product and bench.payment compute the same ids.

const numbered =
  (prefix: string) =>
  (n: number): string =>
    `${prefix}-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Returns a product's id by its number, from 1. */
export const productId = numbered('01900000');
/** Returns the id of a payment that waits for its webhook, by its number, from 1. Each order has one. */
export const paymentId = numbered('01920000');
/** Returns the id of a seeded order by its number, from 1: first the old orders, then those that wait for a payment. */
export const orderId = numbered('01910000');

/** The price of each product, in minor units. */
export const priceAmount = 1_000;
export const currency = 'EUR';
/** The total of each order that waits for its payment: two lines of one unit. */
export const waitingAmount = 2 * priceAmount;
