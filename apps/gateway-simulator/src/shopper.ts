import { z } from 'zod';
import type { BankPayment } from './bank-payment.ts';
import type { Bank, ChangeType } from './bank.ts';
import type { Deeds } from './deeds.ts';
import type { Dialect } from './dialect.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217');

/** What a shopper does at `POST /pay`. */
export const payInput = z
  .strictObject({
    provider: z.string().default('mock'),
    /** The shop's id of the payment, or the gateway's own. */
    paymentId: z.string().min(1).max(100),
    /** In minor units of `currency`; both needn't be given of a payment that the gateway knows. */
    amount: z.int().min(0).optional(),
    currency: currency.optional(),
    /**
     * AUTHORIZED and CAPTURED: the shopper pays. PENDING: wants a virtual account. ATTEMPT_FAILED: may try again. FAILED:
     * is declined. CANCELED: lets the time pass.
     */
    outcome: z.enum(['AUTHORIZED', 'CAPTURED', 'PENDING', 'ATTEMPT_FAILED', 'FAILED', 'CANCELED']),
    failureCode: z.string().min(1).max(100).optional(),
    method: z.string().min(1).max(100).optional(),
    /** What the hostile mode draws this payment's faults by; its place among the payments unless given. */
    luck: z.string().min(1).max(100).optional(),
    /** Of a virtual account: until when it takes the deposit, from now. */
    payableMs: z
      .int()
      .min(1)
      .max(30 * 24 * 3_600_000)
      .default(3 * 24 * 3_600_000),
    /** How often the same event is delivered, all at once; every delivery has its own retries. */
    repeat: z.int().min(1).max(100).default(1),
    /** How long the event waits before its first delivery. */
    delayMs: z.int().min(0).max(3_600_000).default(0),
    /** Whether the answer waits until the shop has answered one delivery (or all of them were given up). */
    wait: z.boolean().default(true),
  })
  .refine(
    ({ outcome, failureCode }) => failureCode === undefined || outcome === 'FAILED' || outcome === 'ATTEMPT_FAILED',
    {
      path: ['failureCode'],
      message: 'only a payment or an attempt that FAILED has a failure code',
    },
  );

export type PayInput = z.infer<typeof payInput>;

const captureOf = { AUTHORIZED: 'MANUAL', CAPTURED: 'AUTOMATIC' } as const;

/** The payment, where the shopper is the one who makes it known; undefined where the gateway must know it already. */
export function paymentFor(bank: Bank, dialect: Dialect, input: PayInput): BankPayment | undefined {
  const { provider, paymentId, amount, currency, outcome, method, luck } = input;
  const known = bank.find(paymentId, provider);
  if (known && luck !== undefined) known.luck = luck;
  if (known || dialect.opens === 'shop' || amount === undefined || currency === undefined) return known;
  const capture = outcome === 'AUTHORIZED' ? 'MANUAL' : 'AUTOMATIC';
  return bank.create({ provider, shopPaymentId: paymentId, amount, currency, capture, method: method ?? null, luck });
}

/** Where the shopper pays. */
export type Till = { bank: Bank; deeds: Deeds };

/**
 * Does at the bank what the shopper does. Paying what is paid already changes nothing and is told once more.
 * @returns what kind of change tells the shop of it; none where the shopper's agreement waits for the shop's call
 * @throws BankRefusal
 */
export function act(
  { bank, deeds }: Till,
  { opens, confirms = false }: Dialect,
  payment: BankPayment,
  input: PayInput,
): ChangeType | undefined {
  const { outcome, failureCode = 'declined', payableMs } = input;
  const { state } = payment;
  const pays = outcome === 'AUTHORIZED' || outcome === 'CAPTURED';
  if (confirms && state === 'CREATED' && (pays || outcome === 'PENDING')) {
    payment.details['agreed'] = outcome;
    return undefined;
  }
  switch (outcome) {
    case 'AUTHORIZED':
    case 'CAPTURED': {
      if (state === 'AUTHORIZED' && outcome === 'CAPTURED') return bank.capture(payment, payment.authorizedAmount).type;
      if (state === 'AUTHORIZED' || state === 'CAPTURED') return bank.tellAgain(payment).type;
      // A shop that opened or confirmed the payment has said how it is captured; otherwise it is as the shopper's page does it.
      const capture = opens === 'shop' || confirms ? payment.capture : captureOf[outcome];
      const approve = () => bank.approve(payment, capture).type;
      return deeds.beforeApproval(payment, approve) ? 'FAILED' : approve();
    }
    case 'PENDING':
      return bank.issueAccount(payment, new Date(Date.now() + payableMs)).type;
    case 'ATTEMPT_FAILED':
      return bank.failAttempt(payment, failureCode).type;
    case 'FAILED':
      return (state === 'FAILED' ? bank.tellAgain(payment) : bank.decline(payment, failureCode)).type;
    case 'CANCELED':
      return bank.expire(payment).type;
  }
}
