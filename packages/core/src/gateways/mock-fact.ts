import { z } from 'zod';
import { currency } from '../catalog/product-input.ts';
import { id } from '../ids.ts';
import { gatewayEventTypes, gatewayFact, noCurrency, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { line } from '../text.ts';

const knownFact = z.object({
  type: z.enum(gatewayEventTypes),
  paymentId: id,
  amount: z.int().min(0).default(0),
  currency: currency.default(noCurrency),
  failureCode: line(200).optional(),
  refundId: id.optional(),
  objectId: line(300).optional(),
  payableUntil: z.coerce.date().optional(),
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
