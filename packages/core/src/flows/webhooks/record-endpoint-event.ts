import type { Transaction } from '@commerce-core/pg-pipeline';
import { insertEvents } from '../../events/event-repository.ts';
import { newEvent } from '../../events/event.ts';
import type { EndpointEventType, EventPayloads } from '../../events/payloads.ts';
import type { DisabledReason } from '../../webhooks/webhook-endpoint.ts';
import { lockEndpoint, updateEndpoint, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';

/** Changes a locked endpoint, and records the event as the endpoint's next version. */
export async function recordEndpointEvent<T extends EndpointEventType>(
  tx: Transaction,
  endpoint: StoredEndpoint,
  changes: Partial<StoredEndpoint>,
  type: T,
  facts: Omit<EventPayloads[T], 'endpointId'>,
): Promise<void> {
  const version = endpoint.version + 1;
  await updateEndpoint(tx, endpoint.id, { ...changes, version });
  const event = { aggregatetype: 'endpoint' as const, aggregateid: endpoint.id, version, type };
  insertEvents(tx, [newEvent({ ...event, payload: { endpointId: endpoint.id, ...facts } }, tx)]);
}

/** Disables an endpoint. Its cursor stays, so it loses no event. One that isn't ACTIVE stays as it is. */
export async function disableEndpoint(tx: Transaction, endpointId: string, reason: DisabledReason): Promise<void> {
  const endpoint = await lockEndpoint(tx, endpointId);
  if (endpoint?.status !== 'ACTIVE') return;
  await recordEndpointEvent(
    tx,
    endpoint,
    { status: 'DISABLED', disabledReason: reason, leasedUntil: null },
    'endpoint.disabled',
    { reason },
  );
}
