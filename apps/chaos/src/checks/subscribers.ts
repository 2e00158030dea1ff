import type { RunningShop } from '../setup/shop.ts';
import type { Delivery } from '../subscribers/delivery.ts';
import type { Endpoint } from '../subscribers/subscribers.ts';
import { readLog, type LoggedEvent } from '../subscribers/log.ts';
import type { Finding } from './finding.ts';

/** What a subscriber should have received, and what it has. */
export type Book = {
  name: string;
  /** The events that the subscriber wants. */
  log: readonly LoggedEvent[];
  deliveries: readonly Delivery[];
  /** The ids of events that the shop gave up at first. */
  parked: ReadonlySet<string>;
  /** How often the shop recorded that the subscriber has a message; Infinity where nothing is recorded. */
  recorded: (messageId: string) => number;
};

const examplesMax = 5;

/**
 * Checks a subscriber's book: it has every event of the log and no other one, each aggregate's in the order of
 * versions. An event came again only if it wasn't acknowledged, or the acknowledgment was lost on its way to the shop's
 * records, as it is when a process is killed. Repeats have the same bytes.
 */
export function checkBook(book: Book): Finding[] {
  const wrong = [
    ['did not get', missing(book)],
    ['should not have got', strange(book)],
    ['got other bytes than the log has', otherBytes(book)],
    ['got before an earlier event of its aggregate', outOfOrder(book)],
    ['was not told by commerce-gap of', unannounced(book)],
    ['had acknowledged, and got again', repeated(book)],
    ['acknowledged without a record in the shop', unrecorded(book)],
    ['got with another body under the same message id', otherBodies(book)],
  ] as const;
  return wrong
    .filter(([, ids]) => ids.length > 0)
    .map(([what, ids]) => {
      const examples = ids.slice(0, examplesMax).join(', ');
      return { check: 'subscribers', what: `${book.name} ${what} ${ids.length} events: ${examples}` };
    });
}

/** When each event was acknowledged for the first time. */
function firstAcknowledged({ deliveries }: Book): Map<string, number> {
  const first = new Map<string, number>();
  for (const { events, acknowledgedAt } of deliveries)
    for (const { id } of events)
      if (acknowledgedAt !== undefined) first.set(id, Math.min(first.get(id) ?? Infinity, acknowledgedAt));
  return first;
}

function missing(book: Book): string[] {
  const acknowledged = firstAcknowledged(book);
  return book.log.filter(({ id }) => !acknowledged.has(id)).map(({ id }) => id);
}

const idsOf = (deliveries: readonly Delivery[]): string[] => [
  ...new Set(deliveries.flatMap(({ events }) => events.map(({ id }) => id))),
];

function strange({ log, deliveries }: Book): string[] {
  const known = new Set(log.map(({ id }) => id));
  return idsOf(deliveries).filter((id) => !known.has(id));
}

function otherBytes({ log, deliveries }: Book): string[] {
  const texts = new Map(log.map(({ id, text }) => [id, text]));
  const wrong = deliveries.flatMap(({ events }) =>
    events.filter(({ id, text }) => texts.has(id) && texts.get(id) !== text).map(({ id }) => id),
  );
  return [...new Set(wrong)];
}

const inVersionOrder = (events: readonly LoggedEvent[]): LoggedEvent[] =>
  events.toSorted((a, b) => a.version - b.version);

const historiesOf = (log: readonly LoggedEvent[]): LoggedEvent[][] => [
  ...Map.groupBy(inVersionOrder(log), ({ aggregateId }) => aggregateId).values(),
];

/** The events that came although an earlier one of their aggregate was neither acknowledged nor given up by then. */
function outOfOrder(book: Book): string[] {
  const acknowledged = firstAcknowledged(book);
  const arrivals = Map.groupBy(
    book.deliveries.flatMap((delivery) => delivery.events.map(({ id }, place) => ({ id, place, delivery }))),
    ({ id }) => id,
  );
  const isBefore = (earlier: LoggedEvent, { delivery, place }: { delivery: Delivery; place: number }) => {
    const placeInList = delivery.events.findIndex(({ id }) => id === earlier.id);
    if (placeInList !== -1) return placeInList < place;
    return book.parked.has(earlier.id) || (acknowledged.get(earlier.id) ?? Infinity) <= delivery.arrivedAt;
  };
  return historiesOf(book.log).flatMap((history) =>
    history.flatMap(({ id }, index) =>
      (arrivals.get(id) ?? []).every((arrival) =>
        history.slice(0, index).every((earlier) => isBefore(earlier, arrival)),
      )
        ? []
        : [id],
    ),
  );
}

/** The events that were given up, and that the next acknowledged delivery of their aggregate did not name. */
function unannounced(book: Book): string[] {
  const acknowledged = firstAcknowledged(book);
  return historiesOf(book.log).flatMap((history) =>
    history.flatMap(({ id }, index) => {
      if (!book.parked.has(id)) return [];
      const later = new Set(history.slice(index + 1).map((event) => event.id));
      const next = book.deliveries
        .filter(
          ({ events, acknowledgedAt = Infinity }) =>
            acknowledgedAt < (acknowledged.get(id) ?? Infinity) && events.some((event) => later.has(event.id)),
        )
        .toSorted((a, b) => a.arrivedAt - b.arrivedAt)[0];
      return !next || next.gap.includes(id) ? [] : [id];
    }),
  );
}

/** How often each event was acknowledged, and how often the shop has recorded that. */
function countRecords({ deliveries, recorded }: Book): Map<string, { acknowledged: number; recorded: number }> {
  const counts = new Map<string, { acknowledged: number; recorded: number }>();
  const counted = new Set<string>();
  for (const { messageId, events, acknowledgedAt } of deliveries) {
    const isNew = !counted.has(messageId);
    counted.add(messageId);
    for (const { id } of events) {
      const before = counts.get(id) ?? { acknowledged: 0, recorded: 0 };
      counts.set(id, {
        acknowledged: before.acknowledged + (acknowledgedAt === undefined ? 0 : 1),
        recorded: before.recorded + (isNew ? recorded(messageId) : 0),
      });
    }
  }
  return counts;
}

/** The events that came again although the shop had recorded every acknowledgment. */
function repeated(book: Book): string[] {
  const counts = countRecords(book);
  const isLost = (id: string) => {
    const { acknowledged, recorded } = counts.get(id) ?? { acknowledged: 0, recorded: 0 };
    return acknowledged > recorded;
  };
  const known = new Set<string>();
  const wrong = new Set<string>();
  for (const delivery of book.deliveries.toSorted((a, b) => a.arrivedAt - b.arrivedAt)) {
    for (const { id } of delivery.events) if (known.has(id) && !isLost(id)) wrong.add(id);
    if (delivery.acknowledgedAt !== undefined) for (const { id } of delivery.events) known.add(id);
  }
  return [...wrong];
}

const unrecorded = (book: Book): string[] =>
  [...countRecords(book)]
    .filter(([, { acknowledged, recorded }]) => acknowledged > 0 && recorded === 0)
    .map(([id]) => id);

function otherBodies({ deliveries }: Book): string[] {
  const bodies = new Map<string, string>();
  const wrong = new Set<string>();
  for (const { messageId, body } of deliveries)
    if ((bodies.get(messageId) ?? body) === body) bodies.set(messageId, body);
    else wrong.add(messageId);
  return [...wrong];
}

/** Checks the books of all subscribers, after they have caught up. */
export async function checkSubscribers({ database, subscribers }: RunningShop): Promise<Finding[]> {
  const { healthy, hostile, broker, stream } = subscribers;
  const log = await readLog(database);
  const attempts = await readAttempts(database);
  const bookOf = (name: string, { id, receiver }: Endpoint, wanted: readonly LoggedEvent[]): Book => {
    const own = attempts.filter(({ endpointId }) => endpointId === id);
    const records = Map.groupBy(
      own.filter(({ status }) => status === 'DELIVERED'),
      ({ messageId }) => messageId,
    );
    return {
      name,
      log: wanted,
      deliveries: receiver.deliveries,
      parked: new Set(own.filter(({ status }) => status === 'PARKED').map(({ eventId }) => eventId)),
      recorded: (messageId) => records.get(messageId)?.length ?? 0,
    };
  };
  // A stream resumes behind the last event that came, and JetStream ignores a message whose id it has.
  const strict = { log, parked: new Set<string>(), recorded: () => Infinity };
  const books: Book[] = [
    bookOf(
      'the healthy endpoint',
      healthy,
      log.filter(({ aggregateType }) => aggregateType === 'order'),
    ),
    bookOf('the hostile endpoint', hostile, log),
    { ...strict, name: 'the stream', deliveries: stream()?.deliveries ?? [] },
  ];
  if (broker) books.push({ ...strict, name: 'the broker', deliveries: await broker.read() });
  return [
    ...books.flatMap(checkBook),
    ...[healthy, hostile]
      .filter(({ receiver }) => receiver.unsigned() > 0)
      .map(({ receiver }) => ({
        check: 'subscribers',
        what: `${receiver.unsigned()} requests to ${receiver.url} had no valid signature`,
      })),
  ];
}

type Attempt = { endpointId: string; eventId: string; messageId: string; status: string };

const readAttempts = async ({ query }: RunningShop['database']): Promise<Attempt[]> =>
  query<Attempt>(`
    select endpoint_id as "endpointId", event_id as "eventId", status,
      event_id || case when events > 1 then '_' || events else '' end as "messageId"
    from commerce.webhook_attempts where status in ('DELIVERED', 'PARKED')`);
