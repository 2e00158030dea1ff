import { BankRefusal, type BankPayment, type PaymentState, type RefusalReason } from './bank-payment.ts';

const already = {
  CREATED: 'not_authorized',
  WAITING: 'already_waiting',
  AUTHORIZED: 'already_authorized',
  CAPTURED: 'already_captured',
  FAILED: 'already_failed',
  CANCELED: 'already_canceled',
} as const satisfies Record<PaymentState, RefusalReason>;
export const unauthorized = { CREATED: 'not_authorized', WAITING: 'not_authorized', FAILED: 'not_authorized' } as const;
export const uncaptured = {
  CREATED: 'not_captured',
  WAITING: 'not_captured',
  FAILED: 'not_captured',
  AUTHORIZED: 'not_captured',
} as const;

type Reasons = Partial<Record<PaymentState, RefusalReason>>;

/** @throws BankRefusal with `reasons`' word for the state that it is in, or the state's own */
export function mustBe(payment: BankPayment, states: PaymentState[], reasons: Reasons = {}): void {
  const { state } = payment;
  if (!states.includes(state)) throw new BankRefusal(reasons[state] ?? already[state], payment);
}

/** @throws BankRefusal unless it is in minor units, above 0 and `most` at most */
export function mustBeAmount(payment: BankPayment, amount: number, most: number): void {
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new BankRefusal('invalid_amount', payment);
  if (amount > most) throw new BankRefusal('amount_too_large', payment);
}
