import type { Transaction } from '@commerce-core/pg-pipeline';
import { failingState } from '../../webhooks/webhook-endpoint.ts';
import { lockFailingEndpoints, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { recordEndpointEvent } from './record-endpoint-event.ts';

/**
 * Reports endpoints that had no success for an hour, a day and three days, each once, and disables those that had none
 * for five days.
 * @returns how many endpoints were reported or disabled
 */
export async function reportFailingEndpoints(tx: Transaction, limit: number): Promise<number> {
  const endpoints = await lockFailingEndpoints(tx, limit);
  for (const endpoint of endpoints) await report(tx, endpoint);
  return endpoints.length;
}

async function report(tx: Transaction, endpoint: StoredEndpoint): Promise<void> {
  const { failingSince } = endpoint;
  if (!failingSince) return;
  const { level, isOver } = failingState(failingSince, tx.now);
  if (isOver) {
    const disabled = { status: 'DISABLED', disabledReason: 'failing', leasedUntil: null } as const;
    await recordEndpointEvent(tx, endpoint, disabled, 'endpoint.disabled', { reason: 'failing' });
  } else {
    // What its worker has read of the endpoint stays as it is.
    const { updatedAt } = endpoint;
    const since = failingSince.toISOString();
    await recordEndpointEvent(tx, endpoint, { failingLevel: level, updatedAt }, 'endpoint.failing', { since });
  }
}
