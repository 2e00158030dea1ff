import type { CloudEvent } from '../events/cloud-event.ts';

export type { CloudEvent };

/**
 * Where a shop's events go: a broker, or a program of your own. `publish` gets the next events of the log in the order
 * of their positions, and resolves when all of them are stored. When it rejects, the same events come again, with the
 * same ids and bytes, so a sink can ignore what it has. One process publishes at a time.
 */
export type EventSink = {
  /** Names the sink's cursor: up to 50 lower-case letters, digits and hyphens. */
  name: string;
  publish: (events: readonly CloudEvent[]) => Promise<void>;
  /** Ends connections; the next `publish` opens them again. Called when the jobs stop, and when a `publish` hangs. */
  close?: () => Promise<void>;
};
