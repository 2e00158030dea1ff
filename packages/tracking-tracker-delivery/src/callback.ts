import { CommerceError, line, parseBody, type TrackingMessage } from '@commerce-core/core/tracking';
import { z } from 'zod';

const callback = z.object({ carrierId: line(100), trackingNumber: line(100) });

/**
 * Reads a callback. A callback has a carrier and a number alone, and no signature, so anyone can send one. The shop
 * polls tracker.delivery about the parcel. https://tracker.delivery/docs/tracking-webhook-api
 * @throws malformed_event when the body isn't such a callback
 */
export function readCallback(rawBody: Buffer): TrackingMessage {
  const parsed = callback.safeParse(parseBody(rawBody));
  if (!parsed.success) throw new CommerceError('malformed_event', "the callback is not one of this provider's");
  const { carrierId, trackingNumber } = parsed.data;
  return { eventId: null, reports: [], changed: [{ carrier: carrierId, trackingNumber }] };
}
