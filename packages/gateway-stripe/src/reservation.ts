const dayMs = 24 * 60 * 60 * 1000;

// How many days Stripe may take to report whether the money came: https://docs.stripe.com/payments/payment-methods
const reservationDays = new Map([
  ['acss_debit', 7],
  ['au_becs_debit', 7],
  ['bacs_debit', 9],
  ['boleto', 7],
  ['customer_balance', 14],
  ['konbini', 4],
  ['multibanco', 8],
  ['oxxo', 5],
  ['sepa_debit', 16],
  ['us_bank_account', 7],
]);

/** Returns how long a payment by this method reserves the order's stock; undefined means the shop's default. */
export function reservationMsOf(method: string | null): number | undefined {
  const days = reservationDays.get(method ?? '');
  return days === undefined ? undefined : days * dayMs;
}
