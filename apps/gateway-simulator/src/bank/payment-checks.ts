import { BankRefusal, type BankPayment, type PaymentState, type RefusalReason } from './bank-payment.ts';

const reasonOfState = {
  CREATED: 'not_authorized',
  WAITING: 'already_waiting',
  AUTHORIZED: 'already_authorized',
  CAPTURED: 'already_captured',
  FAILED: 'already_failed',
  CANCELED: 'already_canceled',
} as const satisfies Record<PaymentState, RefusalReason>;

/** The reasons for operations that need an authorization. */
export const notAuthorized = {
  CREATED: 'not_authorized',
  WAITING: 'not_authorized',
  FAILED: 'not_authorized',
} as const;

/** The reasons for operations that need a capture. */
export const notCaptured = {
  CREATED: 'not_captured',
  WAITING: 'not_captured',
  FAILED: 'not_captured',
  AUTHORIZED: 'not_captured',
} as const;

type Reasons = Partial<Record<PaymentState, RefusalReason>>;

/**
 * Checks that the payment is in one of `states`.
 *
 * @param reasons the refusal's reason by the payment's state; a state that is missing here has a default reason
 * @throws BankRefusal when the payment is in another state
 */
export function requireState(payment: BankPayment, states: PaymentState[], reasons: Reasons = {}): void {
  const { state } = payment;
  if (!states.includes(state)) throw new BankRefusal(reasons[state] ?? reasonOfState[state], payment);
}

/**
 * Checks that `amount` is an integer of minor units from 1 to `most`.
 *
 * @throws BankRefusal `invalid_amount` when `amount` is no positive integer
 * @throws BankRefusal `amount_too_large` when `amount` is more than `most`
 */
export function requireAmount(payment: BankPayment, amount: number, most: number): void {
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new BankRefusal('invalid_amount', payment);
  if (amount > most) throw new BankRefusal('amount_too_large', payment);
}
