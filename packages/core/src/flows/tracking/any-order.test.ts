import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parcelTrackings } from '../../shipping/parcel.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import {
  dispatchTestParcels,
  readTracked,
  sendTracking,
  trackingBody,
  type Sent,
  type TestParcel,
} from '../../testing/tracked-parcels.ts';
import { openTwoProcesses, type TwoProcesses } from '../../testing/two-processes.ts';

let processes: TwoProcesses;
beforeAll(async () => {
  processes = await openTwoProcesses();
});
// Closing the shop runs the doctor.
afterAll(() => processes.close());

// One clock for all runs, so that equal minutes are equal times.
const begin = Date.now();
const random = seededRandom(11);
const below = (bound: number) => Math.floor(random() * bound);
const shuffle = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ item }) => item);

type Fact = { parcel: number; sent: Sent };

/** Dispatches two parcels in one shipment and sends facts about them by `sendAll`. Returns the state at the end. */
async function stateAfter(
  facts: readonly Fact[],
  sendAll: (parcels: TestParcel[], facts: readonly Fact[]) => Promise<void>,
) {
  const parcels = await dispatchTestParcels(processes.shop, 2);
  await sendAll(parcels, facts);
  const states = await Promise.all(parcels.map(async (parcel) => readTracked(processes.shop.commerce, parcel)));
  const changes = (await processes.shop.readEventTypes(parcels[0]?.orderId ?? '')).filter(
    (type) => type === 'parcel.delivered',
  );
  return { states, delivered: changes.length };
}

/** Sends one fact in a message of its own to one of the two processes. */
async function sendFact(parcels: readonly TestParcel[], { parcel, sent }: Fact): Promise<string> {
  const { commerce } = below(2) === 0 ? processes.shop : processes.otherProcess;
  const { parcelId = '', trackingNumber = '' } = parcels[parcel] ?? {};
  // The same fact has the same id, for each of the parcels that it is sent about.
  const checkpointId = `${parcelId} ${sent.checkpointId}`;
  return (await sendTracking(commerce, trackingBody(trackingNumber, [{ ...sent, checkpointId }], begin))).outcome;
}

test('every order, repetition and concurrency of the same checkpoints gives the same end state', async () => {
  for (let round = 0; round < 12; round += 1) {
    const facts = Array.from({ length: 3 + below(5) }, (): Fact => ({
      parcel: below(2),
      sent: {
        checkpointId: randomUUID(),
        tracking: parcelTrackings[below(parcelTrackings.length)] ?? 'LABEL',
        minute: -below(6),
      },
    }));
    const inOrder = facts.toSorted((a, b) => (a.sent.minute ?? 0) - (b.sent.minute ?? 0));
    const oneByOne = async (parcels: TestParcel[], all: readonly Fact[]) => {
      for (const fact of all) expect(await sendFact(parcels, fact)).toBe('APPLIED');
    };
    const expected = await stateAfter(inOrder, oneByOne);
    const label = JSON.stringify(inOrder);
    const repeated = [...facts, ...facts.slice(0, below(facts.length + 1))];
    expect(await stateAfter(inOrder.toReversed(), oneByOne), label).toEqual(expected);
    expect(await stateAfter(shuffle(repeated), oneByOne), label).toEqual(expected);
    const atOnce = async (parcels: TestParcel[], all: readonly Fact[]) => {
      const outcomes = await Promise.all(all.map(async (fact) => sendFact(parcels, fact)));
      expect(new Set(outcomes), label).toEqual(new Set(['APPLIED']));
    };
    expect(await stateAfter(shuffle(repeated), atOnce), label).toEqual(expected);
  }
  expect(processes.faults).toEqual([]);
}, 180_000);

test('one message that two processes receive 20 times at once counts once', async () => {
  const [parcel] = await dispatchTestParcels(processes.shop);
  const body = trackingBody(parcel?.trackingNumber ?? '', [{ tracking: 'MOVING', minute: 0 }]);
  const unknown = trackingBody(randomUUID(), [{ tracking: 'MOVING', minute: 0 }]);
  for (const [sent, outcome] of [
    [body, 'APPLIED'],
    [unknown, 'UNMATCHED'],
  ] as const) {
    const eventId = randomUUID();
    const received = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        sendTracking((index % 2 === 0 ? processes.shop : processes.otherProcess).commerce, sent, eventId),
      ),
    );
    expect(new Set(received.map((each) => each.outcome))).toEqual(new Set([outcome]));
    expect(received.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  }
  const { items } = await processes.shop.commerce.parcelHistory({ parcelId: parcel?.parcelId ?? '' });
  expect(items.map(({ effect }) => effect)).toEqual(['moved']);
});
