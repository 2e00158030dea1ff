import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import type { z } from 'zod';
import { CommerceError } from '../../errors.ts';
import { readEventsByPosition, type PositionedEvent } from '../../events/feed-repository.ts';
import { parsePosition } from '../../events/position.ts';
import { hastenRetrying, insertRedriven, redriveParked } from '../../webhooks/delivery-repository.ts';
import type { redriveDeliveriesInput } from '../../webhooks/webhook-endpoint-input.ts';
import { lockEndpoint, readPositionOf, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { requireEndpoint } from './change-webhook-endpoint.ts';

/** Events that one call can deliver again. For more, the endpoint is rewound. */
const redrivenMax = 1_000;

/**
 * Delivers events once more: PARKED ones, those that wait for their next attempt, and those that were delivered. They
 * become due at once, outside of the order of their aggregates. Events that the endpoint has not reached yet come
 * anyway.
 * @returns how many deliveries became due
 * @throws webhook_endpoint_not_found when there is no such endpoint
 * @throws validation_failed when a range has more than 1,000 events
 */
export async function redriveDeliveries(
  database: Database,
  tx: Transaction,
  input: z.output<typeof redriveDeliveriesInput>,
): Promise<number> {
  await tx.began;
  const { endpointId } = input;
  // The lock keeps the endpoint's worker from writing rows meanwhile.
  const endpoint = requireEndpoint(await lockEndpoint(tx, endpointId));
  if ('parked' in input)
    return redriveParked(tx, { endpointId, ...(input.since !== undefined && { since: new Date(input.since) }) });
  const range = await rangeOf(tx, input);
  if (!range) return 0;
  const positions = { endpointId, from: range.after + 1, to: range.to };
  const known = (await redriveParked(tx, positions)) + (await hastenRetrying(tx, positions));
  const to = Math.min(range.to, endpoint.position);
  const events = await readEventsByPosition(database, range.after, to, redrivenMax);
  return (
    known +
    (await insertRedriven(
      tx,
      events.filter(wantedBy(endpoint)).map((event) => rowOf(event, endpointId, tx.now)),
    ))
  );
}

/** The positions of a range, or the one of an event. */
async function rangeOf(
  tx: Transaction,
  input: Exclude<z.output<typeof redriveDeliveriesInput>, { parked: true }>,
): Promise<{ after: number; to: number } | undefined> {
  if ('eventId' in input) {
    const position = await readPositionOf(tx.db, input.eventId);
    return position === undefined ? undefined : { after: position - 1, to: position };
  }
  const range = { after: Math.max(numberOf(input.from) - 1, 0), to: numberOf(input.to) };
  if (range.to - range.after <= redrivenMax) return range;
  const message = `must be at most ${redrivenMax} positions after from; rewind the endpoint for more`;
  throw new CommerceError('validation_failed', `to: ${message}`, { issues: [{ path: 'to', message }] });
}

const numberOf = (position: string): number => parsePosition(position)?.number ?? 0;

const wantedBy =
  ({ types, aggregateTypes }: StoredEndpoint) =>
  ({ type, aggregatetype }: PositionedEvent): boolean =>
    (types === null || types.includes(type)) && (aggregateTypes === null || aggregateTypes.includes(aggregatetype));

const rowOf = (event: PositionedEvent, endpointId: string, now: Date) => ({
  endpointId,
  position: event.position,
  eventId: event.id,
  aggregateId: event.aggregateid,
  version: event.version,
  type: event.type,
  status: 'RETRYING' as const,
  holds: false,
  announced: false,
  attempts: 0,
  dueAt: now,
  createdAt: now,
  updatedAt: now,
});
