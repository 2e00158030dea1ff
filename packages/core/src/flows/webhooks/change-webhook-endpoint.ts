import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, invalidTransition } from '../../errors.ts';
import { deleteDeliveriesFrom } from '../../webhooks/delivery-repository.ts';
import { decryptSecrets, encryptSecrets, publicKeysOf, rotateKeys } from '../../webhooks/secrets.ts';
import { canTransitionEndpoint, rotationMs, type WebhookEndpoint } from '../../webhooks/webhook-endpoint.ts';
import { lockEndpoint, updateEndpoint, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { resolvePosition } from './resolve-position.ts';

const notFound = () => new CommerceError('webhook_endpoint_not_found', 'there is no such webhook endpoint');

/** @throws webhook_endpoint_not_found when there is no such endpoint */
export function requireEndpoint<T>(endpoint: T | undefined): T {
  if (endpoint) return endpoint;
  throw notFound();
}

const lock = async (tx: Transaction, endpointId: string): Promise<StoredEndpoint> => {
  await tx.began;
  return requireEndpoint(await lockEndpoint(tx, endpointId));
};

type Settings = Partial<
  Pick<WebhookEndpoint, 'url' | 'description' | 'types' | 'aggregateTypes' | 'batchMax' | 'inFlightMax'>
>;

/**
 * Changes settings; those that are undefined stay. Events that were read already may still be sent as before.
 * @throws webhook_endpoint_not_found when there is no such endpoint
 */
export async function updateWebhookEndpoint(tx: Transaction, endpointId: string, settings: Settings): Promise<void> {
  const endpoint = await lock(tx, endpointId);
  const { inFlightMax = endpoint.inFlightMax } = settings;
  await updateEndpoint(tx, endpointId, {
    ...settings,
    inFlight: Math.min(endpoint.inFlight, inFlightMax),
    // With another filter or size, the list that was on its way can't be made again.
    batchUntil: null,
  });
}

/**
 * Pauses or resumes an endpoint. One that has this status already stays as it is.
 * @throws webhook_endpoint_not_found when there is no such endpoint
 * @throws invalid_transition when a DISABLED endpoint is to be paused
 */
export async function setEndpointStatus(
  tx: Transaction,
  endpointId: string,
  status: 'ACTIVE' | 'PAUSED',
): Promise<void> {
  const endpoint = await lock(tx, endpointId);
  if (endpoint.status === status) return;
  if (!canTransitionEndpoint(endpoint.status, status))
    throw invalidTransition('webhook_endpoint', endpoint.status, status);
  // Resumed, it is tried at once, and counts as failing only from its next failure on.
  const fresh = { failingSince: null, failingLevel: 0, notBefore: null };
  await updateEndpoint(tx, endpointId, { status, disabledReason: null, ...(status === 'ACTIVE' ? fresh : {}) });
}

/**
 * Gives an endpoint new keys. The old ones sign as well for 24 hours; older ones than these sign no more.
 * @returns the new keys
 * @throws webhook_endpoint_not_found when there is no such endpoint
 */
export async function rotateEndpointSecret(tx: Transaction, endpointId: string, secretsKey: Buffer) {
  const endpoint = await lock(tx, endpointId);
  const rotated = rotateKeys(decryptSecrets(endpoint.secrets, endpointId, secretsKey), tx.now, rotationMs);
  await updateEndpoint(tx, endpointId, {
    secrets: encryptSecrets(rotated, endpointId, secretsKey),
    previousSecretUntil: new Date(tx.now.getTime() + rotationMs),
  });
  return publicKeysOf(rotated.current);
}

/**
 * Sets an endpoint back, or forward, to a position or a time: all events behind it are delivered from there on. Failed
 * deliveries behind it are dropped, because their events are read again. A worker's lease ends.
 * @throws webhook_endpoint_not_found when there is no such endpoint
 * @throws position_not_found when the log doesn't have the position
 */
export async function rewindWebhookEndpoint(
  database: Database,
  tx: Transaction,
  endpointId: string,
  to: string,
): Promise<void> {
  const endpoint = await lock(tx, endpointId);
  const position = await resolvePosition(database, tx, to);
  await deleteDeliveriesFrom(tx, endpointId, position + 1);
  await updateEndpoint(tx, endpointId, {
    position,
    batchUntil: null,
    cursorWaits: false,
    fence: endpoint.fence + 1,
    leasedUntil: null,
  });
}
