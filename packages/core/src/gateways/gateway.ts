import type { GatewayEvent } from '../payment/gateway-event.ts';

/** A webhook as it arrived. `header` answers a header's value by its lower-case name. */
export type WebhookMessage = {
  rawBody: Buffer;
  header: (name: string) => string | undefined;
};

/** The port to a payment gateway: one adapter per provider. */
export type Gateway = {
  /** The provider's name, as in `payments.provider` and in the webhook's path. */
  provider: string;
  /**
   * The events in a webhook that this gateway really sent.
   * @throws invalid_signature · malformed_event
   */
  receive(message: WebhookMessage, now: Date): GatewayEvent[];
};
