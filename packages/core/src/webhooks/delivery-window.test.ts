import { expect, test } from 'vitest';
import { DeliveryWindow, type WindowEvent } from './delivery-window.ts';

const event = (position: number, aggregateid: string): WindowEvent => ({ position, aggregateid });
function windowOf(...events: WindowEvent[]) {
  const window = new DeliveryWindow(0);
  window.add(events, events.length);
  return window;
}

test('events of different aggregates go at once, and those of one aggregate one after the other', () => {
  const [a1, b2, a3] = [event(1, 'a'), event(2, 'b'), event(3, 'a')];
  const window = windowOf(a1, b2, a3);
  expect([window.next(), window.next(), window.next()]).toEqual([a1, b2, undefined]);
  window.delivered(b2);
  expect(window.position).toBe(0);
  window.delivered(a1);
  expect(window.position).toBe(2);
  expect(window.next()).toEqual(a3);
  window.delivered(a3);
  expect(window).toMatchObject({ position: 3, size: 0, hasNext: false });
});

test('a failed event takes the later ones of its aggregate with it', () => {
  const [a1, b2, a3] = [event(1, 'a'), event(2, 'b'), event(3, 'a')];
  const window = windowOf(a1, b2, a3);
  window.next();
  window.failed(a1);
  expect(window.next()).toEqual(b2);
  expect(window.hasNext).toBe(false);
  window.delivered(b2);
  expect(window.position).toBe(3);
});

test('the position passes over what others have read', () => {
  const window = windowOf();
  window.add([event(4, 'a')], 9);
  expect(window.position).toBe(3);
  const next = window.next();
  window.delivered(next ?? event(0, ''));
  expect(window.position).toBe(9);
});

test('a list has the first events in order, and several of one aggregate', () => {
  const events = [event(1, 'a'), event(2, 'b'), event(3, 'a'), event(4, 'c')];
  const window = windowOf(...events);
  const list = window.nextBatch(3);
  expect(list).toEqual(events.slice(0, 3));
  for (const each of list) window.delivered(each);
  expect(window.position).toBe(3);
  expect(window.nextBatch(3)).toEqual([event(4, 'c')]);
  window.delivered(event(4, 'c'));
  expect(window).toMatchObject({ position: 4, hasNext: false });
});

test('an event that was put back is next again', () => {
  const window = windowOf(event(1, 'a'));
  window.putBack(window.next() ?? event(0, ''));
  expect(window.next()).toEqual(event(1, 'a'));
});

test('ten thousand events pass in the order of their aggregates', () => {
  const window = new DeliveryWindow(0);
  const all = Array.from({ length: 10_000 }, (_, index) => event(index + 1, `a${index % 7}`));
  window.add(all, 10_000);
  const seen: number[] = [];
  for (let next = window.next(); next; next = window.next()) {
    seen.push(next.position);
    window.delivered(next);
  }
  expect(seen.toSorted((a, b) => a - b)).toEqual(all.map(({ position }) => position));
  expect(window.position).toBe(10_000);
});

test('the next worker gets what is left', () => {
  const events = [event(1, 'a'), event(2, 'b'), event(3, 'b'), event(4, 'c'), event(5, 'd'), event(6, 'b')];
  const [a1, b2, , c4, d5] = events as [WindowEvent, WindowEvent, WindowEvent, WindowEvent, WindowEvent];
  const first = windowOf(...events.slice(0, 5));
  for (let taken = 0; taken < 4; taken += 1) first.next();
  first.failed(b2);
  first.delivered(c4);
  expect(first).toMatchObject({ position: 0, done: [2, 3, 4], readTo: 5, doneTo: 5 });
  const second = new DeliveryWindow(first.position, first.done);
  expect(second).toMatchObject({ done: [2, 3, 4], readTo: 0, doneTo: 4 });
  second.add(events.slice(0, 3), 3, new Set('b'));
  expect(second).toMatchObject({ position: 0, done: [2, 3, 4], doneTo: 4 });
  second.add(events.slice(3), 6, new Set('b'));
  expect(second).toMatchObject({ done: [2, 3, 4, 6], doneTo: 6 });
  expect([second.next(), second.next(), second.next()]).toEqual([a1, d5, undefined]);
  second.delivered(d5);
  second.delivered(a1);
  expect(second).toMatchObject({ position: 6, done: [], size: 0 });
});
