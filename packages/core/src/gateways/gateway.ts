import type { CaptureMode, Payment } from '../payment/payment.ts';
import type { GatewayFact, SignedEvent } from '../gateway-inbox/gateway-event.ts';
import type { Refund } from '../refund/refund.ts';

/** A webhook as it arrived. `header` answers a header's value by its lower-case name. */
export type WebhookMessage = {
  rawBody: Buffer;
  header: (name: string) => string | undefined;
};

/** An attempt to pay, as an adapter needs to know it. Amounts in minor units of `currency`. */
export type GatewayPayment = Pick<
  Payment,
  | 'id'
  | 'orderId'
  | 'currency'
  | 'amount'
  | 'authorizedAmount'
  | 'capturedAmount'
  | 'capture'
  | 'method'
  | 'gatewayPaymentId'
>;

/** Money to send back, as an adapter needs to know it. */
export type GatewayRefund = Pick<Refund, 'id' | 'kind' | 'amount' | 'currency' | 'reason' | 'gatewayRefundId'>;

/**
 * What a front end needs to continue an attempt, by provider. Each adapter adds its own by declaration merging:
 * `declare module '@commerce-core/core/gateway' { interface NextSteps { acme: { checkoutUrl: string } } }`.
 */
export interface NextSteps {
  mock: object;
}

/** What a front end needs to continue an attempt: a union over the providers, told apart by `provider`. */
export type NextStep = { [P in keyof NextSteps]: { provider: P } & NextSteps[P] }[keyof NextSteps];

/** How an attempt begins: with what the shop knows already, or by telling the gateway of it first. */
export type PaymentInitiation =
  | { by: 'client'; initiate: (payment: GatewayPayment) => NextStep }
  /** May be asked again for the same payment: its id is the gateway's idempotency key. */
  | { by: 'server'; initiate: (payment: GatewayPayment) => Promise<{ gatewayPaymentId: string; next: NextStep }> };

/**
 * The port to a payment gateway: one adapter per provider. Its calls run outside of any transaction, each with a time-out
 * of its own. All of them may be made again with the same ids, and then do nothing twice.
 *
 * They answer facts, which enter the inbox like a webhook's; what a call did is true only once its fact is applied.
 * They throw GatewayRefusal for a definite no. Whatever else is thrown (time-outs, 5xx, broken connections) means that
 * the outcome is unknown: the call is made again later, with the same ids.
 */
export type Gateway = {
  /** The provider's name, as in `payments.provider` and in the webhook's path. */
  provider: string;
  /** What it can do about capturing; the first one unless a call says otherwise. */
  captures: readonly [CaptureMode, ...CaptureMode[]];
  /** How long an attempt by this method holds the order's stock at least; undefined for the shop's own time. */
  reservationMsOf?: (method: string | null) => number | undefined;
  /**
   * The events in a webhook that this gateway really sent. No network: what a message leaves out is a CHANGED, and asked
   * for afterwards.
   * @throws invalid_signature · malformed_event
   */
  receive: (message: WebhookMessage, now: Date) => SignedEvent[];
  /** Whether its webhooks prove who sent them. If not, what they say of unknown payments isn't even kept. */
  signs: boolean;
  initiation: PaymentInitiation;
  /** The shopper has agreed; the shop completes it at the gateway. `token` is what the gateway's page handed back. */
  confirm?: (payment: GatewayPayment, token: string) => Promise<GatewayFact[]>;
  /**
   * All that the gateway knows of a payment now, its refunds included, in the order in which it happened. Nothing when it
   * knows no such payment.
   */
  retrieve?: (payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Takes `amount` of what was authorized, and lets go of the rest. */
  capture: (payment: GatewayPayment, amount: number) => Promise<GatewayFact[]>;
  /**
   * Ends an attempt that nobody waits for any more. Of an attempt that has brought money already nothing is undone: its
   * facts come back instead, and the shop decides.
   */
  cancel: (payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Set where `cancel` can't keep a shopper from paying all the same: such attempts are asked about for a day. */
  payableAfterCancel?: boolean;
  /**
   * Sends money back. REFUND: `amount` of what was captured. VOID: all of it, by letting go of the authorization, or by
   * a refund in whole where the gateway has captured it meanwhile; either way the fact is a refund's, with its id.
   */
  refund: (refund: GatewayRefund, payment: GatewayPayment) => Promise<GatewayFact[]>;
  /** Events since `since`, for those that can list them: webhooks that got lost are found so. */
  listEvents?: (since: Date) => Promise<SignedEvent[]>;
};

/** A gateway that can be asked what it knows. */
export type PollableGateway = Gateway & Required<Pick<Gateway, 'retrieve'>>;

/** The gateway's definite no: nothing happened there, and asking again won't change it. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';
  /** The gateway's own code, fit to be stored and shown to an operator. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
