import type { EventSink } from './port.ts';

/** How far a sink has got: the position of the last event that it has stored. */
export type SinkCursor = {
  name: string;
  epoch: number;
  position: number;
  /** Counts claims: the number of the last one is what its worker may write with. */
  claim: number;
  /** Attempts that failed since the last success. */
  attempts: number;
};

/** A sink as operators see it. */
export type SinkStatus = {
  name: string;
  /** The position of the last stored event, or `0`. */
  position: string;
  /** Events that the sink doesn't have yet. */
  lagEvents: number;
  /**
   * How old the first of them is; 0 without one.
   * @decimal
   */
  lagSeconds: number;
  attempts: number;
  /** Why the last attempt failed; null after a success. */
  failure: string | null;
  publishedAt: Date | null;
};

/** A worker that died is replaced when its lease ends. */
export const sinkLeaseMs = 6_000;
/** A worker extends its lease this often while it publishes. */
export const sinkRenewMs = 2_000;
/** How long one `publish` may take. */
export const publishDeadlineMs = 30_000;
/** The pauses after failures. */
export const sinkRetry = { firstMs: 250, maxMs: 30_000 };

const batchMax = 500;
const halvingsMax = 9;

/** How many events the next `publish` gets: half as many after each failure, because one of them may be the reason. */
export const batchSize = ({ attempts }: Pick<SinkCursor, 'attempts'>): number =>
  Math.max(1, batchMax >> Math.min(attempts, halvingsMax));

/** The name of a sink's job, and the topic that wakes it. */
export const publishEventsJob = (sink: string): string => `publish_events_${sink}`;

/** @throws Error when two sinks have one name, or a name isn't plain */
export function configuredSinks(sinks: readonly EventSink[]): ReadonlyMap<string, EventSink> {
  const byName = new Map(sinks.map((sink) => [sink.name, sink]));
  if (byName.size < sinks.length) throw new Error('two event sinks have the same name');
  for (const name of byName.keys())
    if (!/^[a-z][a-z0-9-]{0,49}$/.test(name))
      throw new Error(
        `${JSON.stringify(name)} is no name of an event sink: up to 50 lower-case letters, digits, hyphens`,
      );
  return byName;
}
