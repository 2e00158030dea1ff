import type { BankDispute, BankPayment, BankRefund } from './bank-payment.ts';

export type ChangeType =
  | 'CREATED'
  | 'PENDING'
  | 'AUTHORIZED'
  | 'CAPTURED'
  | 'FAILED'
  | 'CANCELED'
  | 'ATTEMPT_FAILED'
  | 'REFUND_PENDING'
  | 'REFUNDED'
  | 'REFUND_FAILED'
  | 'DISPUTE_OPENED'
  | 'DISPUTE_WON'
  | 'DISPUTE_LOST';

/** A change at the gateway. `payment`, `refund` and `dispute` are copies, taken right after the change. */
export type Change = {
  /** Unique. An emulator derives the ids of its gateway events from this id. */
  id: string;
  type: ChangeType;
  at: Date;
  payment: BankPayment;
  refund: BankRefund | null;
  dispute: BankDispute | null;
};
