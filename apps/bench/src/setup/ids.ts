// As bench.product and bench.payment say it in SQL.

const numbered =
  (prefix: string) =>
  (n: number): string =>
    `${prefix}-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Products are numbered from 1. */
export const productId = numbered('01900000');
/** Payments that wait for their webhook, from 1, one an order. */
export const paymentId = numbered('01920000');

/** What every product costs, in minor units. */
export const priceAmount = 1_000;
export const currency = 'EUR';
/** What every order that waits for its payment costs: two lines of one unit. */
export const waitingAmount = 2 * priceAmount;
