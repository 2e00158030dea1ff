import type { RouterOutputs } from '@commerce-core/client';
import type { Fact } from './use-order.ts';

type Call = RouterOutputs['gatewayCall']['list']['items'][number];
type Message = RouterOutputs['gatewayEvent']['list']['items'][number];

/** One entry of an order's timeline: an event, a message of a gateway, or a call to one. */
export type Entry = { id: string; at: string } & (
  | { kind: 'event'; fact: Fact }
  | { kind: 'message'; message: Message }
  | { kind: 'call'; call: Call }
);

/** Everything that happened to an order in one list, the latest first. */
export function timelineOf(history: readonly Fact[], messages: readonly Message[], calls: readonly Call[]): Entry[] {
  const entries: Entry[] = [
    ...history.map((fact): Entry => ({ kind: 'event', id: `event ${fact.version}`, at: fact.createdAt, fact })),
    ...messages.map((message): Entry => ({ kind: 'message', id: message.id, at: message.receivedAt, message })),
    ...calls.map((call): Entry => ({ kind: 'call', id: call.id, at: call.createdAt, call })),
  ];
  const versionOf = (entry: Entry): number => (entry.kind === 'event' ? entry.fact.version : 0);
  return entries.toSorted((a, b) => (a.at === b.at ? versionOf(b) - versionOf(a) : a.at < b.at ? 1 : -1));
}
