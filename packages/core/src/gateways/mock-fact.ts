import { z } from 'zod';
import { currency } from '../catalog/product-input.ts';
import { id } from '../ids.ts';
import { gatewayEventTypes, gatewayFact, noCurrency, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { line } from '../text.ts';

const known = z.object({
  type: z.enum(gatewayEventTypes),
  paymentId: id,
  amount: z.int().min(0).default(0),
  currency: currency.default(noCurrency),
  failureCode: line(200).optional(),
  refundId: id.optional(),
  objectId: line(300).optional(),
  payableUntil: z.coerce.date().optional(),
});

// Gateways add types, and what a new one is about isn't known.
const stranger = z.object({ type: line(100), paymentId: id.nullish().catch(null) });
const isKnown = (type: string): boolean => (gatewayEventTypes as readonly string[]).includes(type);

/** What the mock gateway states, in a webhook's body or in an answer; or, as text, which part of it is not understood. */
export function mockFact(value: unknown): GatewayFact | string {
  const any = stranger.safeParse(value);
  if (any.success && !isKnown(any.data.type))
    return gatewayFact({ type: 'OTHER', paymentId: any.data.paymentId ?? null });
  const parsed = known.safeParse(value);
  if (!parsed.success) return parsed.error.issues[0]?.path.join('.') ?? '';
  const { objectId, ...fact } = parsed.data;
  return gatewayFact({ ...fact, gatewayObjectId: objectId ?? null });
}

const eventId = line(300);
/** Not trimmed: it is compared to the letter. */
export const isEventId = (id: unknown): id is string =>
  typeof id === 'string' && eventId.safeParse(id).success && id === id.trim();
