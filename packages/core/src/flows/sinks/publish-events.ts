import type { Database } from '@commerce-core/pg-pipeline';
import type { SpanContext } from '@opentelemetry/api';
import { read, withTransaction } from '../../database/transaction.ts';
import { retryAt } from '../../due-work/retry.ts';
import { CommerceError } from '../../errors.ts';
import { cloudEventOf } from '../../events/event-view.ts';
import { beginning, parsePosition } from '../../events/position.ts';
import type { EventSink } from '../../sinks/port.ts';
import { advanceSink, claimSink, extendSinkLease, failSink } from '../../sinks/sink-repository.ts';
import {
  batchSize,
  publishDeadlineMs,
  sinkLeaseMs,
  sinkRenewMs,
  sinkRetry,
  type SinkCursor,
} from '../../sinks/sink.ts';
import { causesOf } from '../../tracing/traceparent.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import { readFeed, type FeedPage } from '../events/read-feed.ts';

const failureMax = 500;

/** How a sink's events are published: the `source` of their envelopes, and the tracing of the shop. */
export type PublishOptions = { source?: string | undefined; tracing?: Tracing | undefined };

/**
 * Publishes a sink's next events, up to about `limit`, and moves its cursor after each batch. One worker has the sink
 * at a time, by a lease: a worker that died is replaced when the lease ends, and a worker that slept can't move the
 * cursor of its successor. A broker that fails gets the same events again, after a pause that grows to 30 s.
 * @returns how many events were published
 * @throws the sink's error, after it was stored with the sink
 */
export async function publishEvents(
  database: Database,
  sink: EventSink,
  limit: number,
  options: PublishOptions = {},
): Promise<number> {
  const claimed = await withTransaction(database, async (tx) => claimSink(tx, sink.name, sinkLeaseMs));
  if (!claimed) return 0;
  try {
    return await publishClaimed(database, sink, claimed, limit, options);
  } catch (error) {
    await withTransaction(database, async (tx) => {
      await tx.began;
      const pauseMs = retryAt(sinkRetry, claimed.attempts + 1, tx.now).getTime() - tx.now.getTime();
      failSink(tx, claimed, failureText(error), pauseMs);
    });
    throw error;
  }
}

async function publishClaimed(
  database: Database,
  sink: EventSink,
  claimed: SinkCursor,
  limit: number,
  { source, tracing }: PublishOptions,
): Promise<number> {
  let cursor = claimed;
  for (let published = 0; ;) {
    const { events, readTo } = await readNext(database, cursor, batchSize(cursor));
    await publishInTime(
      database,
      tracing ? traceSink(sink, tracing, causesOf(events)) : sink,
      cursor,
      events.map((event) => cloudEventOf(event, source)),
    );
    published += events.length;
    const isOver = events.length < batchSize(cursor) || published >= limit;
    const held = await withTransaction(database, async (tx) =>
      advanceSink(tx, cursor, readTo, isOver ? 0 : sinkLeaseMs),
    );
    if (isOver || !held) return published;
    cursor = { ...cursor, epoch: readTo.epoch, position: readTo.number, attempts: 0 };
  }
}

/** A sink whose next publishing has a span, caused by the calls that recorded the events. */
const traceSink = (sink: EventSink, tracing: Tracing, causes: readonly SpanContext[]): EventSink => ({
  name: sink.name,
  close: async () => sink.close?.(),
  publish: async (events) =>
    tracing.inSpan(
      {
        name: `publish ${sink.name}`,
        kind: 'PRODUCER',
        attributes: { 'commerce.sink': sink.name, 'commerce.events.count': events.length },
        causes,
      },
      async () => sink.publish(events),
    ),
});

/** Reads on behind the cursor, or behind the last position that a restored log has in common with it. */
async function readNext(database: Database, { epoch, position }: SinkCursor, limit: number): Promise<FeedPage> {
  try {
    return await read(async () => readFeed(database, { after: { epoch, number: position }, limit }));
  } catch (error) {
    if (!(error instanceof CommerceError) || error.code !== 'position_not_found') throw error;
    // The code says which details the error has.
    const { lastCommonPosition } = (error as CommerceError<'position_not_found'>).details;
    const after = parsePosition(lastCommonPosition) ?? beginning;
    return read(async () => readFeed(database, { after, limit }));
  }
}

/** Publishes events, and extends the lease meanwhile. A sink that hangs is closed. */
async function publishInTime(
  database: Database,
  sink: EventSink,
  cursor: SinkCursor,
  events: Parameters<EventSink['publish']>[0],
): Promise<void> {
  if (events.length === 0) return;
  const renewal = setInterval(() => {
    // A lease that can't be extended ends, and the cursor can't be moved then.
    withTransaction(database, async (tx) => extendSinkLease(tx, cursor, sinkLeaseMs)).catch(() => {});
  }, sinkRenewMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const deadline = setTimeout(() => {
    reject(new Error(`${sink.name} did not store ${events.length} events in ${publishDeadlineMs / 1_000} s`));
  }, publishDeadlineMs);
  try {
    await Promise.race([sink.publish(events), late]);
  } catch (error) {
    sink.close?.().catch(() => {});
    throw error;
  } finally {
    clearInterval(renewal);
    clearTimeout(deadline);
  }
}

const failureText = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).replaceAll('\0', '').slice(0, failureMax);
