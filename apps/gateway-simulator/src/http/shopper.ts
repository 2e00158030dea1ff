import type { BankPayment } from '../bank/bank-payment.ts';
import type { Bank } from '../bank/bank.ts';
import type { ChangeType } from '../bank/change.ts';
import type { Emulator } from '../emulators/emulator.ts';
import type { BankFaults } from '../faults/bank-faults.ts';
import type { PayInput } from './pay-input.ts';

const captureOf = { AUTHORIZED: 'MANUAL', CAPTURED: 'AUTOMATIC' } as const;

/**
 * Finds the payment that the shopper pays, and creates it when this provider's shopper may do so.
 *
 * @returns undefined when the shop must create the payment first, or when a new payment's amount or currency is missing
 */
export function findOrCreatePayment(bank: Bank, emulator: Emulator, input: PayInput): BankPayment | undefined {
  const { provider, paymentId, amount, currency, outcome, method = null, luck: faultKey } = input;
  const known = bank.find(paymentId, provider);
  if (known && faultKey !== undefined) bank.edit(known, { faultKey });
  if (known || emulator.createdBy === 'shop' || amount === undefined || currency === undefined) return known;
  const capture = outcome === 'AUTHORIZED' ? 'MANUAL' : 'AUTOMATIC';
  return bank.create({ provider, shopPaymentId: paymentId, amount, currency, capture, method, faultKey });
}

/**
 * Applies the shopper's outcome to the payment at the bank. Paying a payment that is paid changes nothing and emits
 * its state again.
 *
 * @returns the type of the change; undefined when the shopper only agreed and the shop still has to confirm
 * @throws BankRefusal when the payment's state doesn't allow the outcome
 */
export function applyShopperOutcome(
  { bank, bankFaults }: { bank: Bank; bankFaults: BankFaults },
  { createdBy, confirmedByShop = false }: Emulator,
  payment: BankPayment,
  input: PayInput,
): ChangeType | undefined {
  const { outcome, failureCode = 'declined', payableMs } = input;
  const { state } = payment;
  const pays = outcome === 'AUTHORIZED' || outcome === 'CAPTURED';
  if (confirmedByShop && state === 'CREATED' && (pays || outcome === 'PENDING')) {
    bank.edit(payment, { details: { ...payment.details, agreed: outcome } });
    return undefined;
  }
  switch (outcome) {
    case 'AUTHORIZED':
    case 'CAPTURED': {
      if (state === 'AUTHORIZED' && outcome === 'CAPTURED') return bank.capture(payment, payment.authorizedAmount).type;
      if (state === 'AUTHORIZED' || state === 'CAPTURED') return bank.emitAgain(payment).type;
      // A shop that created or confirmed the payment has chosen its capture mode. Otherwise the outcome chooses it.
      const capture = createdBy === 'shop' || confirmedByShop ? payment.capture : captureOf[outcome];
      const approve = () => bank.approve(payment, capture).type;
      return bankFaults.beforeApproval(payment, approve) ? 'FAILED' : approve();
    }
    case 'PENDING':
      return bank.issueAccount(payment, new Date(Date.now() + payableMs)).type;
    case 'ATTEMPT_FAILED':
      return bank.failAttempt(payment, failureCode).type;
    case 'FAILED':
      return (state === 'FAILED' ? bank.emitAgain(payment) : bank.decline(payment, failureCode)).type;
    case 'CANCELED':
      return bank.expire(payment).type;
  }
}
