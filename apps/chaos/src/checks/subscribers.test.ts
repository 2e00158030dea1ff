import { expect, test } from 'vitest';
import type { Delivery } from '../subscribers/delivery.ts';
import type { LoggedEvent } from '../subscribers/log.ts';
import { checkBook, type Book } from './subscribers.ts';

const event = (aggregateId: string, version: number): LoggedEvent => ({
  id: `${aggregateId}${version}`,
  aggregateType: 'order',
  aggregateId,
  version,
  text: `{"id":"${aggregateId}${version}"}`,
});
const log = [event('a', 1), event('a', 2), event('a', 3), event('b', 1)];

/** A message with these events, which is acknowledged when it comes, if nothing else is given. */
const message = (ids: string, arrivedAt: number, changes: Partial<Delivery> = {}): Delivery => {
  const events = ids.split(' ').map((id) => ({ id, text: `{"id":"${id}"}` }));
  const body = events.map(({ text }) => text).join();
  return { messageId: ids, body, events, gap: [], arrivedAt, acknowledgedAt: arrivedAt, ...changes };
};
const refused = { acknowledgedAt: undefined };
const inOrder = [message('a1', 1), message('b1', 1), message('a2', 2), message('a3', 3)];

/**
 * `records` are how often the shop has recorded these messages, which is as often as they were acknowledged by default.
 */
type Given = { parked?: string[]; records?: Record<string, number> };

function check(deliveries: readonly Delivery[], { parked = [], records = {} }: Given = {}): string[] {
  const acknowledged = (messageId: string) =>
    deliveries.filter((one) => one.messageId === messageId && one.acknowledgedAt !== undefined).length;
  const book: Book = {
    name: 'the endpoint',
    log,
    deliveries,
    parked: new Set(parked),
    recorded: (messageId) => records[messageId] ?? acknowledged(messageId),
  };
  return checkBook(book).map(({ what }) => what);
}

test.each<[string, Delivery[], Given]>([
  ['each event once', inOrder, {}],
  ['lists of events', [message('a1 a2', 1), message('b1 a3', 2)], {}],
  ['a repeat of what was refused', [message('a1', 1, refused), message('a1', 2), ...inOrder.slice(1)], {}],
  [
    'a repeat of what the shop has not recorded',
    [
      message('a1', 1),
      message('a1', 2, refused),
      message('a1', 3),
      message('b1', 2),
      message('a2', 3),
      message('a3', 4),
    ],
    { records: { a1: 1 } },
  ],
  [
    'an event that was given up, named by the next one, and sent later',
    [
      message('b1', 1),
      message('a1', 1, refused),
      message('a2', 2, { gap: ['a1'] }),
      message('a3', 3),
      message('a1', 4),
    ],
    { parked: ['a1'] },
  ],
])('%s is no finding', (_, deliveries, options) => {
  expect(check(deliveries, options)).toEqual([]);
});

test.each<[string, Delivery[], string, Given]>([
  ['an event that never came', inOrder.slice(1), 'did not get 1 events: a1', {}],
  ['an event that was refused each time', [message('a1', 1, refused), ...inOrder.slice(1)], 'did not get 1', {}],
  ['an event that is not in the log', [...inOrder, message('c1', 4)], 'should not have got 1 events: c1', {}],
  [
    'another text than that of the log',
    [message('a1', 1, { events: [{ id: 'a1', text: '{"id" :"a1"}' }] }), ...inOrder.slice(1)],
    'got other bytes than the log has 1 events: a1',
    {},
  ],
  [
    'a version before a lower one',
    [message('b1', 1), message('a2', 1), message('a1', 2), message('a3', 3)],
    'got before an earlier event of its aggregate 1 events: a2',
    {},
  ],
  [
    'a version that was sent while the lower one had not been acknowledged',
    [message('b1', 1), message('a1', 1, { acknowledgedAt: 3 }), message('a2', 2), message('a3', 4)],
    'got before an earlier event of its aggregate 1 events: a2',
    {},
  ],
  ['a list in the wrong order', [message('a2 a1 b1', 1), message('a3', 2)], 'earlier event of its aggregate 1', {}],
  [
    'an event that was given up and not named by the next one',
    [
      message('b1', 1),
      message('a1', 1, refused),
      message('a2', 2),
      message('a3', 3, { gap: ['a1'] }),
      message('a1', 4),
    ],
    'was not told by commerce-gap of 1 events: a1',
    { parked: ['a1'] },
  ],
  ['a repeat of what was acknowledged', [...inOrder, message('b1', 9)], 'had acknowledged, and got again 1', {}],
  ['an event of which the shop has no record', inOrder, 'without a record in the shop 1', { records: { b1: 0 } }],
  [
    'a refused repeat of what was acknowledged',
    [...inOrder, message('b1', 9, refused)],
    'had acknowledged, and got again 1',
    {},
  ],
  [
    'a repeat with another body',
    [message('a1', 1, { ...refused, body: 'other' }), message('a1', 2), ...inOrder.slice(1)],
    'another body under the same message id 1 events: a1',
    {},
  ],
])('%s is a finding', (_, deliveries, finding, options) => {
  expect(check(deliveries, options).join('\n')).toContain(finding);
});
