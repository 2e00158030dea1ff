import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import { CommerceError } from '../errors.ts';
import { beginning, parsePosition } from '../events/position.ts';
import { publishEvents } from '../flows/sinks/publish-events.ts';
import { republishEvents } from '../flows/sinks/republish-events.ts';
import type { Context } from '../run/context.ts';
import { republishEventsInput } from '../sinks/sink-input.ts';
import { listSinks } from '../sinks/sink-repository.ts';
import { publishEventsJob, type SinkStatus } from '../sinks/sink.ts';
import { parse } from '../validation.ts';

/** Event sinks: brokers that get every event of the log, in its order. */
export function sinkMethods({ database, sinks, webhooks, tracing }: Context) {
  const requireSink = (name: string) => {
    const sink = sinks.get(name);
    if (sink) return sink;
    throw new CommerceError('event_sink_not_found', `this shop has no event sink ${name}`);
  };
  return {
    /** The names of this process's sinks. @throws nothing */
    eventSinks: (): string[] => [...sinks.keys()],

    /**
     * Lists the sinks: how far each has got, how many events it doesn't have yet, and why its last attempt failed.
     * @returns the sinks by name; a sink that has never run isn't in the list
     * @throws database_unavailable when the database can't be reached
     */
    listEventSinks: async (): Promise<SinkStatus[]> => read(async () => listSinks(database, [...sinks.keys()])),

    /**
     * Publishes a sink's next events, about `limit` of them (5,000 by default). The background job does this; any
     * number of processes may.
     * @returns how many events were published; 0 while another process publishes, or the sink pauses after a failure
     * @throws event_sink_not_found when this process has no such sink
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     * @throws Error when the sink failed; the same events are published again after a pause
     */
    publishEvents: async (sink: string, limit = 5_000): Promise<number> =>
      // An event has the same bytes in all ways out.
      publishEvents(database, requireSink(sink), limit, { source: webhooks.source, tracing }),

    /**
     * Publishes all events behind the position `from` again, `0` for the whole log: for a broker that has lost its
     * data.
     * @returns the sink with its new position
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws event_sink_not_found when this process has no such sink, or the sink has never run
     * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async republishEvents(input: z.input<typeof republishEventsInput>): Promise<SinkStatus> {
      const { sink, from } = parse(republishEventsInput, input);
      requireSink(sink);
      await republishEvents(database, sink, parsePosition(from) ?? beginning);
      database.notices.publish(new Set([publishEventsJob(sink)]));
      const [status] = await read(async () => listSinks(database, [sink]));
      if (!status) throw new CommerceError('event_sink_not_found', `there is no event sink ${sink}`);
      return status;
    },

    /** Ends the connections of the sinks. @throws nothing */
    closeEventSinks: async (): Promise<void> => {
      await Promise.allSettled([...sinks.values()].map(async (sink) => sink.close?.()));
    },
  };
}
