import { randomUUID } from 'node:crypto';
import {
  BankRefusal,
  refundableAmount,
  type BankDispute,
  type BankPayment,
  type BankRefund,
  type CaptureMode,
} from './bank-payment.ts';
import type { Change, ChangeType } from './change.ts';
import { notAuthorized, notCaptured, requireAmount, requireState } from './payment-checks.ts';
import { PaymentRegistry, type CreateInput, type RegistryOptions } from './payment-registry.ts';

export type RefundInput = {
  /** The shop's id. Null: the refund is made in the gateway's dashboard. */
  shopRefundId: string | null;
  amount: number;
  /** `applyRefundEvent` completes a PENDING refund. Defaults to the result of the bank's option `refundStatus`. */
  status?: 'PENDING' | 'SUCCEEDED';
};

export type BankOptions = RegistryOptions & {
  /** Called with each change, right after it. */
  onChange: (change: Change) => void;
  /** Called after each `edit`. */
  onEdit?: (payment: BankPayment) => void;
  /** Returns what an approval charges. Defaults to the requested amount and currency. */
  charge?: (payment: BankPayment) => { amount: number; currency: string };
  /** Returns the status of a new refund. Defaults to SUCCEEDED. */
  refundStatus?: (payment: BankPayment) => 'PENDING' | 'SUCCEEDED';
  now?: () => Date;
};

const requested = ({ requestedAmount: amount, requestedCurrency: currency }: BankPayment) => ({ amount, currency });

/**
 * Holds the true state of each payment at the gateway: requested, charged, captured, released and refunded amounts.
 * Refunds and disputes together never exceed the captured amount.
 *
 * An operation that the payment's state allows changes the payment and calls `onChange`. Any other operation throws
 * BankRefusal and changes nothing.
 */
export class Bank {
  readonly #options: BankOptions;
  readonly #registry: PaymentRegistry;
  readonly #charged: Record<string, number> = {};

  constructor(options: BankOptions) {
    this.#options = options;
    this.#registry = new PaymentRegistry(options);
  }

  /** Returns the payment with this id, which is the shop's or the gateway's own; undefined for another provider's. */
  find(id: string, provider?: string): BankPayment | undefined {
    return this.#registry.find(id, provider);
  }

  /** Returns the payments that are kept, the oldest first. */
  payments(): IterableIterator<BankPayment> {
    return this.#registry.all();
  }

  /** Returns counts. `charged` is in minor units, by currency; after a restart, of the payments that were kept. */
  totals(): { payments: number; forgotten: number; charged: Record<string, number> } {
    return { ...this.#registry.counts(), charged: { ...this.#charged } };
  }

  create(input: CreateInput): BankPayment {
    const at = this.#now();
    const payment = this.#registry.add(input, at);
    this.#emit('CREATED', payment, { at });
    return payment;
  }

  /** Adds a payment of an earlier start as it was. */
  restore(payment: BankPayment): void {
    this.#registry.restore(payment);
    const { currency, authorizedAmount } = payment;
    if (authorizedAmount > 0) this.#charged[currency] = (this.#charged[currency] ?? 0) + authorizedAmount;
  }

  /** Changes what isn't money, so that the shop hears nothing of it: the fault key, an emulator's details. */
  edit(payment: BankPayment, changes: Partial<Pick<BankPayment, 'faultKey' | 'details'>>): void {
    Object.assign(payment, changes);
    this.#options.onEdit?.(payment);
  }

  /** Records a failed attempt. The shopper can try again. */
  failAttempt(payment: BankPayment, failureCode: string): Change {
    requireState(payment, ['CREATED']);
    payment.failureCode = failureCode;
    return this.#emit('ATTEMPT_FAILED', payment);
  }

  /** Issues a virtual account. `approve` is its deposit, which is refused from `payableUntil` on. */
  issueAccount(payment: BankPayment, payableUntil: Date): Change {
    requireState(payment, ['CREATED']);
    payment.state = 'WAITING';
    payment.payableUntil = payableUntil;
    return this.#emit('PENDING', payment);
  }

  /** Charges the shopper. A FAILED payment can be approved too: a late approval. */
  approve(payment: BankPayment, capture: CaptureMode = payment.capture): Change {
    requireState(payment, ['CREATED', 'WAITING', 'FAILED']);
    const at = this.#now();
    if (payment.payableUntil && payment.payableUntil <= at) throw new BankRefusal('not_payable_any_more', payment);
    const { charge = requested } = this.#options;
    const { amount, currency } = charge(payment);
    Object.assign(payment, { authorizedAmount: amount, currency, failureCode: null, approvedAt: at });
    payment.state = capture === 'AUTOMATIC' ? 'CAPTURED' : 'AUTHORIZED';
    if (capture === 'AUTOMATIC') payment.capturedAmount = amount;
    this.#charged[currency] = (this.#charged[currency] ?? 0) + amount;
    return this.#emit(payment.state, payment, { at });
  }

  decline(payment: BankPayment, failureCode: string): Change {
    requireState(payment, ['CREATED', 'WAITING']);
    payment.state = 'FAILED';
    payment.failureCode = failureCode;
    return this.#emit('FAILED', payment);
  }

  /** Cancels a payment that was not approved. */
  cancel(payment: BankPayment): Change {
    requireState(payment, ['CREATED', 'WAITING', 'FAILED']);
    return this.#cancel(payment, null);
  }

  /** Cancels a payment whose time is over: unpaid, or authorized and not captured. */
  expire(payment: BankPayment): Change {
    requireState(payment, ['CREATED', 'WAITING', 'AUTHORIZED']);
    return this.#cancel(payment, 'expired');
  }

  /** Captures `amount` of an authorization and releases the rest. */
  capture(payment: BankPayment, amount: number): Change {
    requireState(payment, ['AUTHORIZED'], notAuthorized);
    requireAmount(payment, amount, payment.authorizedAmount);
    Object.assign(payment, { state: 'CAPTURED', capturedAmount: amount, capturedLater: true });
    payment.releasedAmount = payment.authorizedAmount - amount;
    return this.#emit('CAPTURED', payment);
  }

  /** Releases a whole authorization. @param shopRefundId the shop's id when the shop requested it as a refund */
  release(payment: BankPayment, shopRefundId: string | null = null): Change {
    requireState(payment, ['AUTHORIZED'], notAuthorized);
    payment.releasedBy = shopRefundId;
    return this.#cancel(payment, null);
  }

  refund(payment: BankPayment, { shopRefundId, amount, status }: RefundInput): BankRefund {
    const { refundStatus = () => 'SUCCEEDED' as const } = this.#options;
    const initialStatus = status ?? refundStatus(payment);
    requireState(payment, ['CAPTURED'], notCaptured);
    requireAmount(payment, amount, refundableAmount(payment));
    const id = this.#registry.newId(payment.provider, 'refund');
    const refund: BankRefund = {
      id,
      shopRefundId,
      amount,
      status: initialStatus,
      failureCode: null,
      createdAt: this.#now(),
    };
    payment.refunds.push(refund);
    this.#emit(initialStatus === 'PENDING' ? 'REFUND_PENDING' : 'REFUNDED', payment, { refund, at: refund.createdAt });
    return refund;
  }

  /** Completes a PENDING refund, or fails one that had SUCCEEDED because the shopper's bank returned the money. */
  applyRefundEvent(
    payment: BankPayment,
    refundId: string,
    status: 'SUCCEEDED' | 'FAILED',
    failureCode = 'account_closed',
  ): BankRefund {
    const refund = payment.refunds.find(({ id, shopRefundId }) => id === refundId || shopRefundId === refundId);
    if (!refund) throw new BankRefusal('refund_not_found', payment);
    if (refund.status === 'FAILED' || refund.status === status) throw new BankRefusal('refund_not_pending', payment);
    refund.status = status;
    if (status === 'FAILED') refund.failureCode = failureCode;
    this.#emit(status === 'FAILED' ? 'REFUND_FAILED' : 'REFUNDED', payment, { refund });
    return refund;
  }

  /** Opens a dispute and withholds its amount, which defaults to all that can still be refunded. */
  openDispute(payment: BankPayment, amount: number = refundableAmount(payment)): BankDispute {
    requireState(payment, ['CAPTURED'], notCaptured);
    requireAmount(payment, amount, refundableAmount(payment));
    const id = this.#registry.newId(payment.provider, 'dispute');
    const dispute: BankDispute = { id, amount, status: 'OPEN', createdAt: this.#now() };
    payment.disputes.push(dispute);
    this.#emit('DISPUTE_OPENED', payment, { dispute, at: dispute.createdAt });
    return dispute;
  }

  closeDispute(payment: BankPayment, disputeId: string, status: 'WON' | 'LOST'): BankDispute {
    const dispute = payment.disputes.find(({ id }) => id === disputeId);
    if (!dispute) throw new BankRefusal('dispute_not_found', payment);
    if (dispute.status !== 'OPEN') throw new BankRefusal('dispute_closed', payment);
    dispute.status = status;
    this.#emit(status === 'WON' ? 'DISPUTE_WON' : 'DISPUTE_LOST', payment, { dispute });
    return dispute;
  }

  /** Emits a new change with the payment's current state. The payment stays as it is. */
  emitAgain(payment: BankPayment): Change {
    return this.#emit(payment.state === 'WAITING' ? 'PENDING' : payment.state, payment, { again: true });
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #cancel(payment: BankPayment, failureCode: string | null): Change {
    payment.state = 'CANCELED';
    payment.releasedAmount = payment.authorizedAmount;
    payment.failureCode = failureCode;
    return this.#emit('CANCELED', payment);
  }

  /** `about.at` is given where the change stores its time elsewhere, too: a change has one time. */
  #emit(
    type: ChangeType,
    payment: BankPayment,
    about: Partial<Pick<Change, 'refund' | 'dispute' | 'at'>> & { again?: true } = {},
  ): Change {
    const { refund, dispute, again, at = this.#now() } = about;
    if (!dispute && !again) payment.changedAt = at;
    const change: Change = {
      id: `evt_${randomUUID()}`,
      type,
      at,
      payment: structuredClone(payment),
      refund: refund ? { ...refund } : null,
      dispute: dispute ? { ...dispute } : null,
    };
    this.#options.onChange(change);
    return change;
  }
}
