import type { WebhookMessage } from '../gateways/gateway.ts';
import type { TrackingNumber } from './carrier.ts';
import type { ParcelTracking } from './parcel.ts';

/** A statement of a carrier, or of a service that asks carriers, about one parcel. */
export type Checkpoint = {
  /**
   * The provider's id of this checkpoint, or of its message with an index: 1 to 300 characters on one line. The same
   * fact has the same id, whether a webhook or a poll brings it.
   */
  checkpointId: string;
  /** LABEL: the carrier knows the number and has not received the parcel. SILENT: the carrier knows nothing to say. */
  tracking: ParcelTracking;
  /** When it happened by the carrier's clock; null when the carrier doesn't say. */
  occurredAt: Date | null;
  /**
   * The provider's own word for the status and its detail, at most 200 characters on one line: for operators. Never an
   * address or a name.
   */
  detail: string | null;
};

/** Checkpoints of one parcel, oldest first. `carrier` and `trackingNumber` as the provider writes them. */
export type TrackingReport = TrackingNumber & {
  /** The provider's own id of the parcel; null when it has none. At most 300 characters. */
  providerRef: string | null;
  checkpoints: Checkpoint[];
};

/** What a webhook says. */
export type TrackingMessage = {
  /**
   * The provider's id of the message, 1 to 300 characters on one line; one message counts once. A hash of the raw body
   * when the provider has no id. null is for a message with nothing but `changed`: it isn't stored, and each arrival
   * makes the parcel due for a poll.
   */
  eventId: string | null;
  /** Facts, signed by the provider. */
  reports: TrackingReport[];
  /** Parcels that the shop must poll, because the message is unsigned or has no details. */
  changed: TrackingNumber[];
};

/** A parcel, as far as providers need it. `carrier` is the shop's own spelling. */
export type TrackedParcel = TrackingNumber & { id: string; providerRef: string | null };

/** What a provider returns when it has taken a parcel. */
export type Registration = {
  /** The provider's own id of the parcel, at most 300 characters; null when it has none. */
  providerRef: string | null;
  /** When the parcel must be registered again; null: never. */
  renewAt: Date | null;
  /** What the provider knows of the parcel already; null when it says nothing. */
  report: TrackingReport | null;
};

/**
 * The port to carriers' tracking: one adapter for each provider, which is a carrier or a service that asks carriers.
 *
 * All methods that return a promise call the provider. They run outside of any transaction, and each has a time-out of
 * its own. Each may be called again for the same parcel. A method throws TrackingRefusal for a definite no. Every other
 * error (a time-out, a 5xx, a broken connection) means that the outcome is unknown: the call is made again later.
 */
export type TrackingProvider = {
  /** 1 to 50 characters, as in the webhook's path `/api/v1/shipments/webhooks/:name`. */
  name: string;
  /** Whether this provider tracks parcels of this carrier: the shop's own spelling, to be compared by `comparable`. */
  tracks: (carrier: string) => boolean;
  /** Whether the shop's spelling of a carrier means the carrier that a report names. */
  isCarrier: (shopCarrier: string, reportCarrier: string) => boolean;
  /**
   * Set where webhooks don't prove who sent them. The API then limits them, as it limits those of unsigned gateways.
   */
  unsigned?: true;
  /**
   * Verifies a webhook and reads it. Makes no network call.
   * @throws invalid_signature when the provider can't have sent the message
   * @throws malformed_event when the message can't be read
   */
  receive: (message: WebhookMessage, now: Date) => TrackingMessage;
  /** Tells the provider about a parcel, idempotently: the parcel's id is the key. Undefined: nothing to register. */
  register?: (parcel: TrackedParcel) => Promise<Registration>;
  /** Returns all that the provider knows of a parcel now; null when it doesn't know the parcel. */
  poll?: (parcel: TrackedParcel) => Promise<TrackingReport | null>;
};

/**
 * The provider's definite no: the carrier doesn't know the number, for example. The same call will be refused again.
 */
export class TrackingRefusal extends Error {
  override readonly name = 'TrackingRefusal';
  /** The provider's own code. It is stored, and shown to operators. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
