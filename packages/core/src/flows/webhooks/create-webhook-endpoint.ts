import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import type { z } from 'zod';
import { CommerceError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { encryptSecrets, newSigningKeys, publicKeysOf } from '../../webhooks/secrets.ts';
import type { WebhookSender } from '../../webhooks/sender.ts';
import type { createWebhookEndpointInput } from '../../webhooks/webhook-endpoint-input.ts';
import { insertEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { resolvePosition } from './resolve-position.ts';

/** A new endpoint's id, with its keys, which are shown this once. */
export type CreatedKeys = { id: string; secret: string; publicKey: string | null };

/**
 * Creates an ACTIVE endpoint with new keys.
 * @throws position_not_found when the log doesn't have the position of `startAt`
 */
export async function createWebhookEndpoint(
  database: Database,
  tx: Transaction,
  { startAt, ed25519, description, types, aggregateTypes, ...settings }: z.output<typeof createWebhookEndpointInput>,
  secretsKey: Buffer,
): Promise<CreatedKeys> {
  await tx.began;
  const id = newId();
  const current = newSigningKeys({ ed25519 });
  await insertEndpoint(tx, {
    id,
    ...settings,
    description: description ?? null,
    types: types ?? null,
    aggregateTypes: aggregateTypes ?? null,
    status: 'ACTIVE',
    secrets: encryptSecrets({ current }, id, secretsKey),
    position: await resolvePosition(database, tx, startAt),
    cursorWaits: false,
    inFlight: Math.min(4, settings.inFlightMax),
    fence: 0,
    failingLevel: 0,
    version: 0,
    createdAt: tx.now,
    updatedAt: tx.now,
  });
  return { id, ...publicKeysOf(current) };
}

/** @throws validation_failed when a URL can't be a receiver's */
export function checkUrl(sender: Pick<WebhookSender, 'urlProblem'>, url: string): void {
  const message = sender.urlProblem(url);
  if (message === undefined) return;
  throw new CommerceError('validation_failed', `url: ${message}`, { issues: [{ path: 'url', message }] });
}
