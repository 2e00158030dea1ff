import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import {
  isOfFormerUser,
  journeyOf,
  mayBeMeantAfterEnd,
  movesParcel,
  plausibleTime,
  type TrackingEvent,
} from './checkpoint.ts';
import { parcelTrackings, type ParcelTracking } from './parcel.ts';

const hourMs = 60 * 60_000;
const now = new Date('2026-06-01T12:00:00Z');
const at = (hours: number) => new Date(now.getTime() + hours * hourMs);

type Known = Pick<TrackingEvent, 'tracking' | 'occurredAt' | 'receivedAt'>;
const checkpoint = (tracking: ParcelTracking, hours: number): Known => ({
  tracking,
  occurredAt: at(hours),
  receivedAt: now,
});

describe('a journey', () => {
  test.each<[string, Known[], object]>([
    ['nothing', [], { tracking: null, at: null, isInTransit: false, troubled: false }],
    ['a label', [checkpoint('LABEL', 1)], { tracking: null, at: null, isInTransit: false, troubled: false }],
    ['a label after the pick-up', [checkpoint('PICKED_UP', 0), checkpoint('LABEL', 1)], { tracking: 'PICKED_UP' }],
    [
      'the latest place',
      [checkpoint('OUT_FOR_DELIVERY', 2), checkpoint('MOVING', 1)],
      { tracking: 'OUT_FOR_DELIVERY' },
    ],
    [
      'places of one time',
      [checkpoint('OUT_FOR_DELIVERY', 1), checkpoint('MOVING', 1)],
      { tracking: 'OUT_FOR_DELIVERY' },
    ],
    [
      'a delivery before the last place',
      [checkpoint('DELIVERED', 1), checkpoint('MOVING', 2)],
      { tracking: 'DELIVERED', isInTransit: true, troubled: false },
    ],
    [
      'a problem that is over',
      [checkpoint('PROBLEM', 1), checkpoint('MOVING', 2)],
      { tracking: 'MOVING', troubled: false },
    ],
    [
      'a problem',
      [checkpoint('MOVING', 1), checkpoint('PROBLEM', 2)],
      { tracking: 'PROBLEM', isInTransit: true, troubled: true },
    ],
    ['a problem before the delivery', [checkpoint('PROBLEM', 1), checkpoint('DELIVERED', 2)], { troubled: false }],
    ['a return before the delivery', [checkpoint('RETURNING', 1), checkpoint('DELIVERED', 2)], { troubled: true }],
  ])('with %s is where its checkpoints say', (_, checkpoints, expected) => {
    expect(journeyOf(checkpoints)).toMatchObject(expected);
    expect(journeyOf(checkpoints.toReversed())).toEqual(journeyOf(checkpoints));
  });

  test('that an operator has ended needs attention only when the parcel came back', () => {
    expect(journeyOf([checkpoint('PROBLEM', 1)], true).troubled).toBe(false);
    expect(journeyOf([checkpoint('RETURNING', 1)], true).troubled).toBe(true);
  });

  test('is the same for every pair of places, in both orders and with both repeated', () => {
    for (const one of parcelTrackings)
      for (const other of parcelTrackings)
        for (const hours of [-1, 0, 1]) {
          const pair = [checkpoint(one, 0), checkpoint(other, hours)];
          const both = journeyOf(pair);
          expect(journeyOf(pair.toReversed()), `${one} ${other} ${hours}`).toEqual(both);
          expect(journeyOf([...pair, ...pair.toReversed()]), `${one} ${other} ${hours}`).toEqual(both);
        }
  });

  test('is the same for every order and repetition of many checkpoints', () => {
    const random = seededRandom(7);
    const below = (bound: number) => Math.floor(random() * bound);
    for (let round = 0; round < 500; round += 1) {
      const all = Array.from({ length: 1 + below(8) }, () =>
        checkpoint(parcelTrackings[below(parcelTrackings.length)] ?? 'LABEL', below(4)),
      );
      const shuffled = [...all, ...all.slice(0, below(all.length + 1))]
        .map((known) => ({ known, by: random() }))
        .toSorted((a, b) => a.by - b.by)
        .map(({ known }) => known);
      expect(journeyOf(shuffled), JSON.stringify(all)).toEqual(journeyOf(all));
    }
  });
});

describe('a journey moves its parcel', () => {
  const moving = journeyOf([checkpoint('MOVING', 0)]);

  test('further, never back and never after the delivery', () => {
    expect(movesParcel(moving, { tracking: 'LABEL', checkpointAt: null })).toBe(true);
    expect(movesParcel(moving, { tracking: 'PICKED_UP', checkpointAt: at(-1) })).toBe(true);
    expect(movesParcel(moving, { tracking: 'OUT_FOR_DELIVERY', checkpointAt: at(1) })).toBe(false);
    expect(movesParcel(moving, { tracking: 'OUT_FOR_DELIVERY', checkpointAt: at(0) })).toBe(false);
    expect(movesParcel(moving, { tracking: 'MOVING', checkpointAt: at(-1) })).toBe(false);
    expect(movesParcel(moving, { tracking: 'DELIVERED', checkpointAt: at(-1) })).toBe(false);
  });

  test('to its delivery, whatever is later', () => {
    const delivered = journeyOf([checkpoint('DELIVERED', 0)]);
    expect(movesParcel(delivered, { tracking: 'RETURNING', checkpointAt: at(9) })).toBe(true);
  });
});

test('a parcel owns what happened from two days before its dispatch to two days after its end', () => {
  expect(isOfFormerUser({ createdAt: now }, at(-48))).toBe(false);
  expect(isOfFormerUser({ createdAt: now }, at(-49))).toBe(true);
  const ended = { deliveredAt: now, updatedAt: at(900) };
  expect(mayBeMeantAfterEnd(ended, at(48))).toBe(true);
  expect(mayBeMeantAfterEnd(ended, at(49))).toBe(false);
  expect(mayBeMeantAfterEnd({ deliveredAt: null, updatedAt: now }, at(49))).toBe(false);
});

test('a time more than a day ahead counts as none', () => {
  expect(plausibleTime(at(24), now)).toEqual(at(24));
  expect(plausibleTime(at(25), now)).toBeNull();
  expect(plausibleTime(null, now)).toBeNull();
});
