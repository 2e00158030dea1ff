import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventType } from './payloads.ts';

/** What may change a shop. */
export const actorKinds = ['operator', 'customer', 'gateway', 'carrier', 'system'] as const;
export type ActorKind = (typeof actorKinds)[number];

/**
 * Who made a change: an operator with the id and name of the API key, a customer or guest, a message of a gateway or of
 * a carrier, or a background job (`system`). Only operators have an `id` and a `name`.
 */
export type Actor = { kind: ActorKind; id?: string; name?: string };

export const gatewayActor: Actor = { kind: 'gateway' };
export const carrierActor: Actor = { kind: 'carrier' };
const systemActor: Actor = { kind: 'system' };
export const customerActor: Actor = { kind: 'customer' };

// Stored as null: these events are recorded for every order, and their rows stay as small as they can be.
const usualActors: Partial<Record<EventType, Actor>> = {
  'order.created': customerActor,
  'order.paid': gatewayActor,
  'order.expired': systemActor,
  'payment.created': customerActor,
  'payment.pending': gatewayActor,
  'payment.authorized': gatewayActor,
  'payment.captured': gatewayActor,
  'payment.failed': gatewayActor,
  'shipment.created': gatewayActor,
};

/** The actor as an event's row has it: null where the event's type says it, and where it isn't known. */
export const storedActor = (type: EventType, actor: Actor | undefined): Actor | null =>
  actor === undefined || usualActors[type]?.kind === actor.kind ? null : actor;

/** The actor of an event's row; null where it isn't known. */
export const actorOf = ({ type, actor }: { type: EventType; actor: Actor | null }): Actor | null =>
  actor ?? usualActors[type] ?? null;

/** The actor as customers see it: without an operator's id and name. */
export const withoutName = (actor: Actor | null): Actor | null => actor && { kind: actor.kind };

const actors = new AsyncLocalStorage<Actor | undefined>();

/** The actor for whom the code runs that calls this. */
export const currentActor = (): Actor | undefined => actors.getStore();

/** Runs `work` for an actor. Undefined is for work that several callers share. */
export const runAs = <T>(actor: Actor | undefined, work: () => T): T => actors.run(actor, work);

/** Runs a background job. */
export const runAsSystem = <T>(work: () => T): T => runAs(systemActor, work);

/**
 * Returns the same methods, which record this actor with each event. An actor that is an operator has the id and the
 * name of its API key.
 */
export function actingAs<M extends object>(methods: M, actor: Actor): M {
  return new Proxy(methods, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => runAs(actor, () => Reflect.apply(method, receiver, args) as unknown);
    },
  });
}
