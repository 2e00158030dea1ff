/** An event as a subscriber received it. `text` is the CloudEvent in JSON, byte by byte. */
export type ReceivedEvent = { id: string; text: string };

/**
 * A message that reached a subscriber: a request to a webhook endpoint, an event of a stream, a message of a broker.
 */
export type Delivery = {
  /** The `webhook-id` of a request; otherwise the id of the event. */
  messageId: string;
  body: string;
  events: readonly ReceivedEvent[];
  /** The ids in the header `commerce-gap`. */
  gap: readonly string[];
  /** When it came, in ms of `performance.now()`. */
  arrivedAt: number;
  /** When the subscriber acknowledged it; undefined when it did not. */
  acknowledgedAt: number | undefined;
};
