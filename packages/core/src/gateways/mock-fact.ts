import { z } from 'zod';
import { gatewayCurrency } from '../currency.ts';
import { id } from '../ids.ts';
import { gatewayEventTypes, gatewayFact, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { line } from '../text.ts';

// PostgreSQL has no time before 4713 BC, and an order must not keep its stock for centuries.
const payableSince = new Date('2000-01-01T00:00:00Z');
const payableMsMax = 366 * 24 * 60 * 60 * 1000;

const knownFact = z.object({
  type: z.enum(gatewayEventTypes),
  paymentId: id,
  amount: z.int().min(0).default(0),
  currency: gatewayCurrency,
  failureCode: line(200).optional(),
  refundId: id.optional(),
  objectId: line(300).optional(),
  payableUntil: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((time) => time >= payableSince && time.getTime() <= Date.now() + payableMsMax, 'must be within a year')
    .nullable()
    .optional(),
});

// Gateways add types of events, and this shop can't know what a new one means.
const unknownFact = z.object({ type: line(100), paymentId: id.nullish().catch(null) });
const knownTypes: readonly string[] = gatewayEventTypes;

/**
 * Reads what the mock gateway states in a webhook's body or in an answer.
 * @returns the fact; or a string, the path of the first part that can't be read, '' for the whole
 */
export function mockFact(value: unknown): GatewayFact | string {
  const any = unknownFact.safeParse(value);
  if (any.success && !knownTypes.includes(any.data.type))
    return gatewayFact({ type: 'OTHER', paymentId: any.data.paymentId ?? null });
  const parsed = knownFact.safeParse(value);
  if (!parsed.success) return parsed.error.issues[0]?.path.join('.') ?? '';
  const { objectId, ...fact } = parsed.data;
  return gatewayFact({ ...fact, gatewayObjectId: objectId ?? null });
}
