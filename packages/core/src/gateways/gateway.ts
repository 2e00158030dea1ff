import type { AmountRule } from './amount-rule.ts';
import type { CaptureMode, GatewayCaptureMode, Payment } from '../payment/payment.ts';
import type { GatewayFact, SignedEvent } from '../gateway-inbox/gateway-event.ts';
import type { Refund } from '../refund/refund.ts';

/** A webhook as it arrived. `header` returns the value of a header by its lower-case name. */
export type WebhookMessage = {
  rawBody: Buffer;
  header: (name: string) => string | undefined;
};

/** A payment, as far as adapters need it. Amounts are integer minor units of `currency`. */
export type GatewayPayment = Pick<
  Payment,
  'id' | 'orderId' | 'currency' | 'amount' | 'authorizedAmount' | 'capturedAmount' | 'method' | 'gatewayPaymentId'
> & {
  /** AUTOMATIC: capture the money when it is approved. MANUAL: only authorize it. */
  capture: GatewayCaptureMode;
};

/** A payment as adapters get it. */
export const toGatewayPayment = (payment: Payment): GatewayPayment => ({
  ...payment,
  capture: payment.capture === 'AUTOMATIC' ? 'AUTOMATIC' : 'MANUAL',
});

/** A refund, as far as adapters need it. `amount` is integer minor units of `currency`. */
export type GatewayRefund = Pick<Refund, 'id' | 'kind' | 'amount' | 'currency' | 'reason' | 'gatewayRefundId'>;

/**
 * What a front end needs to continue a payment, by provider. Each adapter adds its own entry by declaration merging:
 * `declare module '@commerce-core/core/gateway' { interface NextSteps { acme: { checkoutUrl: string } } }`.
 */
export interface NextSteps {
  mock: object;
}

/** What a front end needs to continue a payment: a union over the providers; `provider` tells its members apart. */
export type NextStep = { [P in keyof NextSteps]: { provider: P } & NextSteps[P] }[keyof NextSteps];

/** The shop makes no call: it knows all that the front end needs, and the shopper's browser calls the gateway. */
export type ClientInitiation = { by: 'client'; initiate: (payment: GatewayPayment) => NextStep };

/** The shop calls the gateway first. It may repeat that call for the same payment, whose id is the idempotency key. */
export type ServerInitiation = {
  by: 'server';
  initiate: (payment: GatewayPayment) => Promise<{ gatewayPaymentId: string; next: NextStep }>;
};

/** How a payment is initiated: by the shopper's browser or by the shop's server. */
export type PaymentInitiation = ClientInitiation | ServerInitiation;

/**
 * The port to a payment gateway: one adapter for each provider.
 *
 * All methods that return a promise call the gateway. They run outside of any transaction, and each has a time-out of
 * its own. Each may be called again with the same ids, and must then do nothing a second time.
 *
 * They return facts, which enter the inbox as those of webhooks do; the shop changes when a fact is applied. A method
 * throws GatewayRefusal for a definite no. Every other error (a time-out, a 5xx, a broken connection) means that the
 * outcome is unknown: the call is made again later with the same ids.
 */
export type Gateway = {
  /** The provider's name, as in `payments.provider` and in the webhook's path; 1 to 50 characters. */
  provider: string;
  /**
   * The capture modes that the gateway has. The first one is the default. A gateway that has MANUAL has DISPATCH, too,
   * and need not name it: then the shop makes the call when the first shipment leaves.
   */
  captures: readonly [CaptureMode, ...CaptureMode[]];
  /**
   * The amounts of a currency that the gateway takes and refunds; undefined for a currency that it doesn't take. The
   * shop refuses other amounts with `amount_not_supported`, so that nothing is promised that the gateway refuses
   * afterwards. `anyAmount` is the rule of a gateway without bounds.
   */
  amountRule: (currency: string) => AmountRule | undefined;
  /**
   * How long an authorization by this method lasts before the gateway releases it, in milliseconds. The shop warns an
   * operator a day before. Undefined where that isn't known: then nobody is warned.
   */
  authorizationMsOf?: (method: string | null) => number | undefined;
  /** How long a payment by this method reserves the order's stock at least. Undefined means the shop's default. */
  reservationMsOf?: (method: string | null) => number | undefined;
  /**
   * Verifies a webhook and returns its events. Makes no network call: a message without the details that the shop needs
   * is a CHANGED event, after which the shop polls the gateway.
   * @throws invalid_signature when the gateway can't have sent the message
   * @throws malformed_event when the message can't be read
   */
  receive: (message: WebhookMessage, now: Date) => SignedEvent[];
  /** Whether its webhooks are signed. Unsigned events are dropped unless they name a payment of this shop. */
  signs: boolean;
  initiation: PaymentInitiation;
  /** Completes a payment that the shopper has agreed to. The gateway's page gave `token` to the shopper's browser. */
  confirm?: (payment: GatewayPayment, token: string) => Promise<GatewayFact[]>;
  /**
   * Returns all that the gateway knows of a payment now, refunds included, in the order in which it happened. Returns
   * nothing when the gateway doesn't know the payment.
   */
  retrieve?: (payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Captures `amount` of an authorization and releases the rest. */
  capture: (payment: GatewayPayment, amount: number) => Promise<GatewayFact[]>;
  /**
   * Ends a payment that its order no longer needs. Undoes no payment that is authorized or captured already: it returns
   * those facts, and the shop decides.
   */
  cancel: (payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Set where a shopper can still pay after `cancel`. The shop polls such payments for a day. */
  payableAfterCancel?: boolean;
  /**
   * Returns money to the shopper. REFUND: `amount` of the captured money. VOID: the whole payment, by releasing the
   * authorization, or by refunding all of it when the gateway has captured it. Both return a fact with the refund's id.
   */
  refund: (refund: GatewayRefund, payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Returns the events since `since`, so that the shop finds those whose webhooks got lost. */
  listEvents?: (since: Date) => Promise<SignedEvent[]>;
};

/** A gateway that can be polled for what it knows of a payment. */
export type PollableGateway = Gateway & Required<Pick<Gateway, 'retrieve'>>;

/** The gateway's definite no: the call did nothing there, and the same call will be refused again. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';
  /** The gateway's own code. It is stored, and shown to operators. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
