import { BankRefusal, refundableAmount, type BankPayment } from '../bank/bank-payment.ts';
import type { Bank } from '../bank/bank.ts';
import type { Change } from '../bank/change.ts';
import type { Pauses } from '../delivery/pauses.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { HostileMode } from './hostile-mode.ts';

/**
 * The hostile mode's faults at the bank. They change what really happens to the money, and the book shows the result:
 * after the fault `wrong_amount`, for example, the shopper was really charged the wrong amount.
 */
export class BankFaults {
  readonly #hostile: HostileMode;
  readonly #pauses: Pauses;
  readonly #bank: () => Bank;
  readonly #waiting = new Set<Promise<void>>();

  /** @param bank read at each call, because the bank and its faults refer to each other */
  constructor(hostile: HostileMode, pauses: Pauses, bank: () => Bank) {
    this.#hostile = hostile;
    this.#pauses = pauses;
    this.#bank = bank;
  }

  /** Returns what an approval charges: the requested amount and currency, or wrong ones. */
  charge({ faultKey, requestedAmount, requestedCurrency }: BankPayment): { amount: number; currency: string } {
    const hostile = this.#hostile;
    const charged = { amount: requestedAmount, currency: requestedCurrency };
    if (hostile.happens('wrong_amount', faultKey)) {
      hostile.count('wrong_amount');
      const difference = 1 + Math.floor(requestedAmount * 0.2 * hostile.draw('amount', faultKey));
      const isLess = requestedAmount > difference && hostile.draw('less', faultKey) < 0.5;
      charged.amount = isLess ? requestedAmount - difference : requestedAmount + difference;
    }
    if (hostile.happens('wrong_currency', faultKey)) {
      hostile.count('wrong_currency');
      charged.currency = requestedCurrency === 'USD' ? 'EUR' : 'USD';
    }
    return charged;
  }

  /** Returns the status of the payment's next refund. */
  refundStatus({ faultKey, refunds }: BankPayment): 'PENDING' | 'SUCCEEDED' {
    return this.#hostile.happens('slow_refund', `${faultKey} ${refunds.length}`) ? 'PENDING' : 'SUCCEEDED';
  }

  /** Applies the faults of an approval. Returns true when the payment was declined and `approve` runs later. */
  beforeApproval(payment: BankPayment, approve: () => void): boolean {
    const hostile = this.#hostile;
    const { faultKey, state } = payment;
    if (state === 'CREATED' && hostile.happens('attempt_failed_first', faultKey)) {
      this.#bank().failAttempt(payment, 'declined');
      hostile.count('attempt_failed_first');
    }
    if (state === 'FAILED' || !hostile.happens('late_approval', faultKey)) return false;
    this.#bank().decline(payment, 'declined');
    this.#runLater('late_approval', faultKey, () => {
      approve();
      hostile.count('late_approval');
    });
    return true;
  }

  /** Schedules the faults that follow a change. */
  afterChange({ type, payment: { id }, refund }: Change): void {
    const payment = this.#bank().find(id);
    if (!payment || !this.#hostile.isOn()) return;
    if (type === 'CAPTURED') this.#refundInDashboard(payment);
    if (type === 'CAPTURED') this.#dispute(payment);
    if (type === 'REFUND_PENDING' && refund) this.#completeRefund(payment, refund.id);
  }

  /** Returns how many faults are scheduled. */
  waitingCount(): number {
    return this.#waiting.size;
  }

  /** Resolves when no fault is scheduled any more. */
  async allDone(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  // These methods draw at once and act later: the mode may be off by then, or on with another seed.

  #refundInDashboard(payment: BankPayment): void {
    const hostile = this.#hostile;
    const { faultKey } = payment;
    if (!hostile.happens('dashboard_refund', faultKey)) return;
    const part = hostile.draw('whole', faultKey) < 0.5 ? 1 : hostile.draw('part', faultKey);
    this.#runLater('dashboard_refund', faultKey, () => {
      this.#bank().refund(payment, { shopRefundId: null, amount: Math.ceil(refundableAmount(payment) * part) });
      hostile.count('dashboard_refund');
    });
  }

  #dispute(payment: BankPayment): void {
    const hostile = this.#hostile;
    const { faultKey } = payment;
    if (!hostile.happens('dispute', faultKey)) return;
    const result = hostile.draw('verdict', faultKey) < 0.5 ? 'WON' : 'LOST';
    this.#runLater('dispute', faultKey, () => {
      const { id } = this.#bank().openDispute(payment);
      hostile.count('dispute');
      this.#runLater('dispute', `${faultKey} closed`, () => this.#bank().closeDispute(payment, id, result));
    });
  }

  #completeRefund(payment: BankPayment, refundId: string): void {
    const hostile = this.#hostile;
    hostile.count('slow_refund');
    const key = `${payment.faultKey} ${payment.refunds.length}`;
    const fails = hostile.happens('failed_refund', key);
    this.#runLater('slow_refund', key, () => {
      this.#bank().applyRefundEvent(payment, refundId, fails ? 'FAILED' : 'SUCCEEDED');
      if (fails) hostile.count('failed_refund');
    });
  }

  /** Applies `fault` after a drawn delay, or at once when the pauses are ended. Skips it after a stop. */
  #runLater(kind: FaultKind, key: string, fault: () => void): void {
    const applyFault = () => {
      this.#waiting.delete(done);
      if (this.#pauses.isStopped()) return;
      try {
        fault();
      } catch (error) {
        // The shop or the shopper has changed the payment meanwhile, so the fault no longer applies.
        if (!(error instanceof BankRefusal)) throw error;
      }
    };
    const done = this.#hostile.wait(this.#hostile.drawDelayMs(kind, key)).then(applyFault);
    this.#waiting.add(done);
  }
}
