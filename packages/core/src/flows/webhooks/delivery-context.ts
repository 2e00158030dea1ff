import type { Database } from '@commerce-core/pg-pipeline';
import type { EventTail } from '../../events/event-tail.ts';
import type { RequestSlots } from '../../webhooks/request-slots.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import type { WebhookSender } from '../../webhooks/sender.ts';

/** What the deliveries of a process share. */
export type DeliveryContext = {
  database: Database;
  tail: EventTail;
  sender: WebhookSender;
  secretsKey: Buffer;
  /** The `source` of events; undefined for the default. */
  source: string | undefined;
  /** The pauses between the attempts of a delivery; undefined for the default. */
  retryPausesMs: readonly number[] | undefined;
  slots: RequestSlots;
  /** How long an endpoint's results are collected before they are written. */
  writeEveryMs: () => number;
  tracing: Tracing | undefined;
  onFault: (error: unknown) => void;
};
