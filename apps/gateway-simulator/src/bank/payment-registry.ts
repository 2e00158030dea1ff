import { randomUUID } from 'node:crypto';
import { BankRefusal, type BankPayment, type CaptureMode } from './bank-payment.ts';

export type CreateInput = {
  provider: string;
  shopPaymentId: string;
  /** The gateway's own id. Defaults to a random id with the provider's prefix. */
  id?: string;
  amount: number;
  currency: string;
  method?: string | null;
  capture: CaptureMode;
  /** Defaults to the payment's ordinal. */
  faultKey?: string | undefined;
  details?: Record<string, unknown>;
};

export type IdKind = 'payment' | 'refund' | 'dispute';

export type RegistryOptions = {
  /** How many payments are kept. When there are more, the oldest is forgotten. */
  paymentsMax: number;
  /** Called with each payment that is forgotten. */
  onForget?: (payment: BankPayment) => void;
  /** The prefix of a provider's ids: `pi_`. */
  prefixOf?: (provider: string, kind: IdKind) => string;
};

/** The payments that the bank knows, by the shop's id and by the gateway's own. */
export class PaymentRegistry {
  readonly #options: RegistryOptions;
  readonly #byShopId = new Map<string, BankPayment>();
  readonly #byOwnId = new Map<string, BankPayment>();
  #ordinal = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Returns the payment with this id, which is the shop's or the gateway's own; undefined for another provider's. */
  find(id: string, provider?: string): BankPayment | undefined {
    const payment = this.#byShopId.get(id) ?? this.#byOwnId.get(id);
    return provider === undefined || payment?.provider === provider ? payment : undefined;
  }

  /** Returns the payments that are kept, the oldest first. */
  all(): IterableIterator<BankPayment> {
    return this.#byShopId.values();
  }

  /** Returns how many payments were created, and how many of them were forgotten. */
  counts(): { payments: number; forgotten: number } {
    return { payments: this.#ordinal, forgotten: this.#ordinal - this.#byShopId.size };
  }

  /** Returns a random id with the provider's prefix. */
  newId(provider: string, kind: IdKind): string {
    const { prefixOf = (_, kind) => ({ payment: 'pay_', refund: 're_', dispute: 'dp_' })[kind] } = this.#options;
    return `${prefixOf(provider, kind)}${randomUUID().replaceAll('-', '')}`;
  }

  /** Adds a payment in the state CREATED. @throws BankRefusal `payment_exists` when the shop's id is known */
  add(input: CreateInput, createdAt: Date): BankPayment {
    const known = this.#byShopId.get(input.shopPaymentId);
    if (known) throw new BankRefusal('payment_exists', known);
    this.#ordinal += 1;
    const payment: BankPayment = {
      id: input.id ?? this.newId(input.provider, 'payment'),
      shopPaymentId: input.shopPaymentId,
      provider: input.provider,
      ordinal: this.#ordinal,
      faultKey: input.faultKey ?? String(this.#ordinal),
      requestedAmount: input.amount,
      requestedCurrency: input.currency,
      currency: input.currency,
      method: input.method ?? null,
      capture: input.capture,
      state: 'CREATED',
      authorizedAmount: 0,
      capturedAmount: 0,
      releasedAmount: 0,
      releasedBy: null,
      refunds: [],
      disputes: [],
      failureCode: null,
      payableUntil: null,
      createdAt,
      changedAt: createdAt,
      approvedAt: null,
      capturedLater: false,
      details: input.details ?? {},
    };
    this.#byShopId.set(payment.shopPaymentId, payment);
    this.#byOwnId.set(payment.id, payment);
    if (this.#byShopId.size > this.#options.paymentsMax) this.#forgetOldest();
    return payment;
  }

  /** Adds a payment of an earlier start. Payments are restored in the order of their creation. */
  restore(payment: BankPayment): void {
    this.#ordinal = Math.max(this.#ordinal, payment.ordinal);
    this.#byShopId.set(payment.shopPaymentId, payment);
    this.#byOwnId.set(payment.id, payment);
  }

  #forgetOldest(): void {
    const oldest = this.#byShopId.values().next().value;
    if (!oldest) return;
    this.#byShopId.delete(oldest.shopPaymentId);
    this.#byOwnId.delete(oldest.id);
    this.#options.onForget?.(oldest);
  }
}
