import { describe, expect, test } from 'vitest';
import { CommerceError } from '@commerce-core/core/tracking';
import { detail, event, tracker } from './events.testing.ts';
import { easyPostStatuses, trackingOf } from './status.ts';
import { readEasyPostEvent } from './webhook.ts';

const read = (body: unknown) => readEasyPostEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const checkpointsOf = (changes: object) => read(event(tracker(changes))).reports[0]!.checkpoints;

test.each(['tracker.created', 'tracker.updated'])('%s reports the checkpoints of its tracker', (description) => {
  expect(read(event(tracker(), { description }))).toEqual({
    eventId: 'evt_1',
    changed: [],
    reports: [
      {
        carrier: 'FedEx',
        trackingNumber: '1',
        providerRef: 'trk_1',
        checkpoints: [
          {
            checkpointId: 'trk_1:2026-07-31T15:00:00.000Z:pre_transit:label_created',
            tracking: 'LABEL',
            occurredAt: new Date('2026-07-31T15:00:00Z'),
            detail: 'pre_transit: label_created',
          },
          {
            checkpointId: 'trk_1:2026-08-01T13:00:00.000Z:in_transit:arrived_at_facility',
            tracking: 'MOVING',
            occurredAt: new Date('2026-08-01T13:00:00Z'),
            detail: 'in_transit: arrived_at_facility',
          },
        ],
      },
    ],
  });
});

test('a report contains no name, no address and no free text of the carrier', () => {
  expect(JSON.stringify(read(event()))).not.toMatch(/Jane|Main|ORLANDO|32809|Left/);
});

test.each(easyPostStatuses)('a detail with the status %s is a checkpoint of its tracking', (status) => {
  const details = [detail(status, null, '2026-08-01T13:00:00Z')];
  expect(checkpointsOf({ status, tracking_details: details })).toEqual([
    expect.objectContaining({ tracking: trackingOf(status, null), detail: status }),
  ]);
});

describe('checkpoints', () => {
  const a = detail('in_transit', 'arrived_at_facility', '2026-08-01T13:00:00Z');
  const b = detail('in_transit', 'departed_facility', '2026-08-01T15:00:00Z');
  const c = detail('delivered', 'arrived_at_destination', '2026-08-02T10:00:00Z');
  const times = (details: object[], changes: object = {}) =>
    checkpointsOf({ tracking_details: details, ...changes }).map(({ occurredAt }) => occurredAt?.toISOString() ?? null);

  test('are listed oldest first for every order of the details', () => {
    expect(times([c, a, b])).toEqual(times([a, b, c]));
    expect(times([b, a])).toEqual(['2026-08-01T13:00:00.000Z', '2026-08-01T15:00:00.000Z']);
  });

  test('have the same ids in a later message, so that a repeated fact counts once', () => {
    const early = checkpointsOf({ tracking_details: [a] });
    const late = checkpointsOf({
      tracking_details: [a, b, c],
      status: 'delivered',
      updated_at: '2026-08-09T00:00:00Z',
    });
    expect(late[0]).toEqual(early[0]);
    expect(new Set(late.map(({ checkpointId }) => checkpointId)).size).toBe(3);
  });

  test('that say the same at the same time count once', () => {
    expect(times([a, a, b, b])).toHaveLength(2);
  });

  test('without a time stay behind the one before them', () => {
    const none = detail('in_transit', 'held', null);
    expect(times([none, c, a, b])).toEqual([null, ...times([a, b, c])]);
    expect(times([b, detail('failure', null, 'yesterday')], { status: 'failure' })).toEqual([
      '2026-08-01T15:00:00.000Z',
      null,
    ]);
  });

  test('include the status of a tracker whose details do not have it', () => {
    expect(checkpointsOf({ status: 'delivered', status_detail: null, tracking_details: [a] })[1]).toEqual({
      checkpointId: 'trk_1:2026-08-02T19:26:51.000Z:delivered:',
      tracking: 'DELIVERED',
      occurredAt: new Date('2026-08-02T19:26:51Z'),
      detail: 'delivered',
    });
    expect(checkpointsOf({ status: 'out_for_delivery', tracking_details: [] })).toHaveLength(1);
  });

  test('are none for a number that the carrier does not know yet', () => {
    for (const details of [[], null, undefined])
      expect(checkpointsOf({ status: 'unknown', status_detail: 'unknown', tracking_details: details })).toEqual([]);
  });

  test('are the newest 500', () => {
    const many = Array.from({ length: 2_000 }, (_, minute) =>
      detail('in_transit', null, new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()),
    );
    const checkpoints = checkpointsOf({ tracking_details: many });
    expect(checkpoints).toHaveLength(500);
    expect(checkpoints.at(-1)!.occurredAt).toEqual(new Date(Date.UTC(2026, 0, 1, 0, 1_999)));
  });
});

describe('an event without a report is acknowledged', () => {
  test.each<[string, object]>([
    ['about a batch', event({ object: 'Batch', id: 'batch_1' }, { description: 'batch.created' })],
    ['about an insurance', event({ object: 'Insurance' }, { description: 'insurance.purchased' })],
    ['of an unknown kind', event(null, { description: 'tracker.deleted' })],
    ['about a tracker without a carrier', event(tracker({ carrier: null }))],
  ])('%s', (_, body) => {
    expect(read(body)).toEqual({ eventId: 'evt_1', reports: [], changed: [] });
  });
});

describe('a malformed detail is left out, and does not hide the others', () => {
  test.each<[string, unknown]>([
    ['a number', 5],
    ['nothing', null],
    ['a list', []],
    ['wrong types', { status: 7, status_detail: {}, datetime: false }],
    ['a status with blanks', { status: 'in transit', status_detail: 'x y', datetime: '2026-99-99T99:99:99Z' }],
    ['a huge status', { status: 'x'.repeat(10_000), datetime: 'x'.repeat(10_000) }],
    ['control characters', { status: 'in_transit\u0000', status_detail: '\uD800', datetime: '\n' }],
  ])('%s', (_, broken) => {
    const good = detail('out_for_delivery', null, '2026-08-02T08:00:00Z');
    const checkpoints = checkpointsOf({ status: 'out_for_delivery', tracking_details: [broken, good] });
    expect(checkpoints.map(({ tracking }) => tracking)).toEqual(['OUT_FOR_DELIVERY']);
  });
});

describe('a body that is no event is malformed', () => {
  test.each<[string, unknown]>([
    ['an empty body', ''],
    ['no JSON', 'tracker'],
    ['null', 'null'],
    ['a list', '[]'],
    ['deep nesting', '['.repeat(100_000)],
    ['no id', event(tracker(), { id: undefined })],
    ['an empty id', event(tracker(), { id: '' })],
    ['an id of 301 characters', event(tracker(), { id: 'e'.repeat(301) })],
    ['an id on two lines', event(tracker(), { id: 'evt\n1' })],
    ['an id that is half of a pair', '{"id":"\\ud800","description":"tracker.updated","result":{}}'],
    ['a number as id', event(tracker(), { id: 1 })],
    ['no description', event(tracker(), { description: undefined })],
    ['no tracker', event(null)],
    ['another object as a tracker', event(tracker({ object: 'Shipment' }))],
    ['a tracker without an id', event(tracker({ id: undefined }))],
    ['a tracker without a number', event(tracker({ tracking_code: null }))],
    ['a number of 101 characters', event(tracker({ tracking_code: '1'.repeat(101) }))],
    ['a blank number', event(tracker({ tracking_code: '  ' }))],
    ['a carrier that is an object', event(tracker({ carrier: { name: 'FedEx' } }))],
    ['details that are no list', event(tracker({ tracking_details: { 0: {} } }))],
  ])('%s', (_, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
  });

  test('and so are bytes that are not UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify(event()).replace('FedEx', '\u00ff'), 'latin1');
    expect(() => readEasyPostEvent(bytes)).toThrow(CommerceError);
  });
});
