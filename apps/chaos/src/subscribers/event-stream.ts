import type { Client } from '@commerce-core/client';
import { cloudEvent, type NumberedEvent } from '@commerce-core/core';
import type { Delivery } from './delivery.ts';

/** A client that follows the events of the shop by server-sent events, from the beginning of the log. */
export type FollowedStream = {
  deliveries: readonly Delivery[];
  /** The number of the last event's position; 0 before the first one. */
  lastNumber: () => number;
  /** Why the stream ended for good; undefined while it is open. */
  error: () => string | undefined;
  stop: () => void;
};

/** Follows the events. The typed client connects again after each break, and resumes. */
export function followStream(client: Client): FollowedStream {
  const deliveries: Delivery[] = [];
  let lastNumber = 0;
  let error: string | undefined;
  const subscription = client.event.stream.subscribe(
    { after: '0' },
    {
      onData({ data: { time, ...event } }) {
        const body = JSON.stringify(cloudEvent({ ...event, time: new Date(time) } as NumberedEvent));
        const arrivedAt = performance.now();
        deliveries.push({
          messageId: event.id,
          body,
          events: [{ id: event.id, text: body }],
          gap: [],
          arrivedAt,
          acknowledgedAt: arrivedAt,
        });
        lastNumber = Number(event.position.split('.')[1]);
      },
      onError: ({ message }) => (error = message),
    },
  );
  return { deliveries, lastNumber: () => lastNumber, error: () => error, stop: () => subscription.unsubscribe() };
}
