import { BankRefusal, refundableAmount, type BankPayment } from './bank-payment.ts';
import type { Bank, Change } from './bank.ts';
import type { FaultKind, Hostile } from './hostile.ts';
import type { Pauses } from './pauses.ts';

export type Deeds = ReturnType<typeof createDeeds>;

const otherCurrency = (currency: string): string => (currency === 'USD' ? 'EUR' : 'USD');

/** What the hostile mode does at the bank. All of it is true: the book says what the shopper was really charged. */
export function createDeeds(hostile: Hostile, pauses: Pauses, bank: () => Bank) {
  const waiting = new Set<Promise<void>>();

  /** Does it after a while, or as soon as all shall be over. */
  function later(kind: FaultKind, key: string, deed: () => void): void {
    const doing = hostile.wait(hostile.delay(kind, key)).then(() => {
      waiting.delete(doing);
      if (pauses.isStopped()) return;
      try {
        deed();
      } catch (error) {
        // The shop or the shopper came before it.
        if (!(error instanceof BankRefusal)) throw error;
      }
    });
    waiting.add(doing);
  }

  return {
    /** What an approval takes. */
    charge({ luck, askedAmount, askedCurrency }: BankPayment): { amount: number; currency: string } {
      const charged = { amount: askedAmount, currency: askedCurrency };
      if (hostile.strikes('wrong_amount', luck)) {
        hostile.count('wrong_amount');
        const difference = 1 + Math.floor(askedAmount * 0.2 * hostile.fraction('amount', luck));
        const less = askedAmount > difference && hostile.fraction('less', luck) < 0.5;
        charged.amount = less ? askedAmount - difference : askedAmount + difference;
      }
      if (hostile.strikes('wrong_currency', luck)) {
        hostile.count('wrong_currency');
        charged.currency = otherCurrency(askedCurrency);
      }
      return charged;
    },

    refundStatus({ luck, refunds }: BankPayment): 'PENDING' | 'SUCCEEDED' {
      return hostile.strikes('slow_refund', `${luck} ${refunds.length}`) ? 'PENDING' : 'SUCCEEDED';
    },

    /** Before the shopper pays. @returns whether it is declined, and approved later */
    beforeApproval(payment: BankPayment, approve: () => void): boolean {
      const { luck, state } = payment;
      if (state === 'CREATED' && hostile.strikes('attempt_failed_first', luck)) {
        bank().failAttempt(payment, 'declined');
        hostile.count('attempt_failed_first');
      }
      if (state === 'FAILED' || !hostile.strikes('late_approval', luck)) return false;
      bank().decline(payment, 'declined');
      later('late_approval', luck, () => {
        approve();
        hostile.count('late_approval');
      });
      return true;
    },

    /** What follows from a change, after a while. */
    after({ type, payment: { id, luck, refunds }, refund }: Change): void {
      const payment = bank().find(id);
      if (!payment || !hostile.isOn()) return;
      // Drawn now: by the time it is done the hostile mode may be over.
      const draw = (what: string): number => hostile.fraction(what, luck);
      if (type === 'CAPTURED' && hostile.strikes('dashboard_refund', luck)) {
        const part = draw('whole') < 0.5 ? 1 : draw('part');
        later('dashboard_refund', luck, () => {
          bank().refund(payment, { shopRefundId: null, amount: Math.ceil(refundableAmount(payment) * part) });
          hostile.count('dashboard_refund');
        });
      }
      if (type === 'CAPTURED' && hostile.strikes('dispute', luck)) {
        const verdict = draw('verdict') < 0.5 ? 'WON' : 'LOST';
        later('dispute', luck, () => {
          const dispute = bank().openDispute(payment);
          hostile.count('dispute');
          later('dispute', `${luck} closed`, () => bank().closeDispute(payment, dispute.id, verdict));
        });
      }
      if (type === 'REFUND_PENDING' && refund) {
        hostile.count('slow_refund');
        const key = `${luck} ${refunds.length}`;
        const fails = hostile.strikes('failed_refund', key);
        later('slow_refund', key, () => {
          bank().applyRefundEvent(payment, refund.id, fails ? 'FAILED' : 'SUCCEEDED');
          if (fails) hostile.count('failed_refund');
        });
      }
    },

    waitingCount: (): number => waiting.size,
    allDone: async (): Promise<void> => {
      while (waiting.size > 0) await Promise.all(waiting);
    },
  };
}
