import type { CloudEvent, EventSink } from '../sinks/port.ts';

/** A sink that keeps in `stored` what it was given, and counts how many calls ran at once. */
export type RecordingSink = EventSink & { stored: CloudEvent[]; batches: number[]; runningMax: number };

/** Creates a sink. `before` runs at the start of each `publish`, and may wait or throw. */
export function createRecordingSink(
  name: string,
  before: (events: readonly CloudEvent[]) => unknown = () => {},
): RecordingSink {
  let running = 0;
  const sink: RecordingSink = {
    name,
    stored: [],
    batches: [],
    runningMax: 0,
    async publish(events) {
      running += 1;
      sink.runningMax = Math.max(sink.runningMax, running);
      try {
        await before(events);
        sink.stored.push(...events);
        sink.batches.push(events.length);
      } finally {
        running -= 1;
      }
    },
  };
  return sink;
}
