import { randomUUID } from 'node:crypto';
import {
  BankRefusal,
  refundableAmount,
  type BankDispute,
  type BankPayment,
  type BankRefund,
  type CaptureMode,
} from './bank-payment.ts';
import { mustBe, mustBeAmount, unauthorized, uncaptured } from './must-be.ts';

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

/** Something that happened at the gateway. `payment`, `refund` and `dispute` are as they were right after it. */
export type Change = {
  /** Unique: what a dialect makes its event's id of. */
  id: string;
  type: ChangeType;
  at: Date;
  payment: BankPayment;
  refund: BankRefund | null;
  dispute: BankDispute | null;
};

export type CreateInput = {
  provider: string;
  shopPaymentId: string;
  /** The gateway's own id; made up when it isn't given. */
  id?: string;
  amount: number;
  currency: string;
  method?: string | null;
  capture: CaptureMode;
  luck?: string;
  details?: Record<string, unknown>;
};

export type RefundInput = {
  /** Null: made in the gateway's dashboard. */
  shopRefundId: string | null;
  amount: number;
  /** PENDING ones are settled later, by `applyRefundEvent`. As the bank's `refundStatus` says unless given. */
  status?: 'PENDING' | 'SUCCEEDED';
};

export type BankOptions = {
  onChange: (change: Change) => void;
  onForget?: (payment: BankPayment) => void;
  /** How many payments it knows before it forgets the oldest. */
  paymentsMax: number;
  /** What ids of each kind begin with, by provider: `pi_`. */
  prefixOf?: (provider: string, kind: 'payment' | 'refund' | 'dispute') => string;
  /** What an approval really takes; what was asked unless given. */
  charge?: (payment: BankPayment) => { amount: number; currency: string };
  /** Whether a refund comes through at once; it does unless given. */
  refundStatus?: (payment: BankPayment) => 'PENDING' | 'SUCCEEDED';
  now?: () => Date;
};

export type Bank = ReturnType<typeof createBank>;

/**
 * The gateway's own truth, whatever language it speaks to the shop: what was asked, charged, captured, let go and sent
 * back. Every change is told to `onChange`; what can't be is refused. It never lets more go back than came.
 *
 * All operations throw BankRefusal.
 */
export function createBank(options: BankOptions) {
  const { onChange, onForget = () => {}, paymentsMax, now = () => new Date() } = options;
  const { charge = ({ askedAmount, askedCurrency }) => ({ amount: askedAmount, currency: askedCurrency }) } = options;
  const { refundStatus = () => 'SUCCEEDED' } = options;
  const { prefixOf = (_, kind) => ({ payment: 'pay_', refund: 're_', dispute: 'dp_' })[kind] } = options;
  const byShopId = new Map<string, BankPayment>();
  const byOwnId = new Map<string, BankPayment>();
  const charged: Record<string, number> = {};
  let ordinal = 0;

  const newId = (provider: string, kind: 'payment' | 'refund' | 'dispute'): string =>
    `${prefixOf(provider, kind)}${randomUUID().replaceAll('-', '')}`;

  function emit(
    type: ChangeType,
    payment: BankPayment,
    about: Partial<Pick<Change, 'refund' | 'dispute'>> & { again?: true } = {},
  ): Change {
    const { refund, dispute, again } = about;
    const at = now();
    if (!dispute && !again) payment.changedAt = at;
    const change: Change = {
      id: `evt_${randomUUID()}`,
      type,
      at,
      payment: structuredClone(payment),
      refund: refund ? { ...refund } : null,
      dispute: dispute ? { ...dispute } : null,
    };
    onChange(change);
    return change;
  }

  function forgetOldest(): void {
    const oldest = byShopId.values().next().value;
    if (!oldest) return;
    byShopId.delete(oldest.shopPaymentId);
    byOwnId.delete(oldest.id);
    onForget(oldest);
  }

  function end(payment: BankPayment, failureCode: string | null): Change {
    payment.state = 'CANCELED';
    payment.releasedAmount = payment.authorizedAmount;
    payment.failureCode = failureCode;
    return emit('CANCELED', payment);
  }

  return {
    /** By the shop's id or the gateway's own. */
    find(id: string, provider?: string): BankPayment | undefined {
      const payment = byShopId.get(id) ?? byOwnId.get(id);
      return provider === undefined || payment?.provider === provider ? payment : undefined;
    },

    /** All that it knows, the oldest first. */
    payments: (): IterableIterator<BankPayment> => byShopId.values(),

    /** Since the start; `charged` in minor units by currency. */
    totals: () => ({ payments: ordinal, forgotten: ordinal - byShopId.size, charged: { ...charged } }),

    create({ provider, shopPaymentId, amount, currency, capture, ...given }: CreateInput): BankPayment {
      const known = byShopId.get(shopPaymentId);
      if (known) throw new BankRefusal('payment_exists', known);
      ordinal += 1;
      const payment: BankPayment = {
        id: given.id ?? newId(provider, 'payment'),
        shopPaymentId,
        provider,
        ordinal,
        luck: given.luck ?? String(ordinal),
        askedAmount: amount,
        askedCurrency: currency,
        currency,
        method: given.method ?? null,
        capture,
        state: 'CREATED',
        authorizedAmount: 0,
        capturedAmount: 0,
        releasedAmount: 0,
        releasedBy: null,
        refunds: [],
        disputes: [],
        failureCode: null,
        payableUntil: null,
        createdAt: now(),
        changedAt: now(),
        approvedAt: null,
        capturedLater: false,
        details: given.details ?? {},
      };
      byShopId.set(shopPaymentId, payment);
      byOwnId.set(payment.id, payment);
      if (byShopId.size > paymentsMax) forgetOldest();
      emit('CREATED', payment);
      return payment;
    },

    /** One try of the shopper's went wrong; another one may follow. */
    failAttempt(payment: BankPayment, failureCode: string): Change {
      mustBe(payment, ['CREATED']);
      payment.failureCode = failureCode;
      return emit('ATTEMPT_FAILED', payment);
    },

    /** A virtual account was issued: it waits for its deposit, which `approve` is. */
    issueAccount(payment: BankPayment, payableUntil: Date): Change {
      mustBe(payment, ['CREATED']);
      payment.state = 'WAITING';
      payment.payableUntil = payableUntil;
      return emit('PENDING', payment);
    },

    /** The shopper pays. Also after a failure: a late approval. @param capture the payment's own mode unless given */
    approve(payment: BankPayment, capture: CaptureMode = payment.capture): Change {
      mustBe(payment, ['CREATED', 'WAITING', 'FAILED']);
      if (payment.payableUntil && payment.payableUntil <= now()) throw new BankRefusal('not_payable_any_more', payment);
      const { amount, currency } = charge(payment);
      Object.assign(payment, { authorizedAmount: amount, currency, failureCode: null, approvedAt: now() });
      payment.state = capture === 'AUTOMATIC' ? 'CAPTURED' : 'AUTHORIZED';
      if (capture === 'AUTOMATIC') payment.capturedAmount = amount;
      charged[currency] = (charged[currency] ?? 0) + amount;
      return emit(payment.state, payment);
    },

    decline(payment: BankPayment, failureCode: string): Change {
      mustBe(payment, ['CREATED', 'WAITING']);
      payment.state = 'FAILED';
      payment.failureCode = failureCode;
      return emit('FAILED', payment);
    },

    /** Ends what brought no money. */
    cancel(payment: BankPayment): Change {
      mustBe(payment, ['CREATED', 'WAITING', 'FAILED']);
      return end(payment, null);
    },

    /** Its time is over: unpaid, or authorized and not captured. */
    expire(payment: BankPayment): Change {
      mustBe(payment, ['CREATED', 'WAITING', 'AUTHORIZED']);
      return end(payment, 'expired');
    },

    /** Takes `amount` of what was authorized and lets go of the rest. */
    capture(payment: BankPayment, amount: number): Change {
      mustBe(payment, ['AUTHORIZED'], unauthorized);
      mustBeAmount(payment, amount, payment.authorizedAmount);
      Object.assign(payment, { state: 'CAPTURED', capturedAmount: amount, capturedLater: true });
      payment.releasedAmount = payment.authorizedAmount - amount;
      return emit('CAPTURED', payment);
    },

    /** Lets go of an authorization in whole. @param shopRefundId the shop's id, where it asked for it as for a refund */
    release(payment: BankPayment, shopRefundId: string | null = null): Change {
      mustBe(payment, ['AUTHORIZED'], unauthorized);
      payment.releasedBy = shopRefundId;
      return end(payment, null);
    },

    refund(payment: BankPayment, { shopRefundId, amount, status = refundStatus(payment) }: RefundInput): BankRefund {
      mustBe(payment, ['CAPTURED'], uncaptured);
      mustBeAmount(payment, amount, refundableAmount(payment));
      const refund: BankRefund = {
        id: newId(payment.provider, 'refund'),
        shopRefundId,
        amount,
        status,
        failureCode: null,
        createdAt: now(),
      };
      payment.refunds.push(refund);
      emit(status === 'PENDING' ? 'REFUND_PENDING' : 'REFUNDED', payment, { refund });
      return refund;
    },

    /** A refund that was PENDING came through or not; one that had come through was sent back by the shopper's bank. */
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
      emit(status === 'FAILED' ? 'REFUND_FAILED' : 'REFUNDED', payment, { refund });
      return refund;
    },

    /** The shopper's bank contests the payment; its amount is withheld. @param amount all that is left unless given */
    openDispute(payment: BankPayment, amount: number = refundableAmount(payment)): BankDispute {
      mustBe(payment, ['CAPTURED'], uncaptured);
      mustBeAmount(payment, amount, refundableAmount(payment));
      const dispute: BankDispute = { id: newId(payment.provider, 'dispute'), amount, status: 'OPEN', createdAt: now() };
      payment.disputes.push(dispute);
      emit('DISPUTE_OPENED', payment, { dispute });
      return dispute;
    },

    closeDispute(payment: BankPayment, disputeId: string, status: 'WON' | 'LOST'): BankDispute {
      const dispute = payment.disputes.find(({ id }) => id === disputeId);
      if (!dispute) throw new BankRefusal('dispute_not_found', payment);
      if (dispute.status !== 'OPEN') throw new BankRefusal('dispute_closed', payment);
      dispute.status = status;
      emit(status === 'WON' ? 'DISPUTE_WON' : 'DISPUTE_LOST', payment, { dispute });
      return dispute;
    },

    /** Says once more, as a change of its own, what the payment's state is. Nothing else happens. */
    tellAgain(payment: BankPayment): Change {
      return emit(payment.state === 'WAITING' ? 'PENDING' : payment.state, payment, { again: true });
    },
  };
}
