import type { EventEffect, EventOutcome } from '../../gateway-inbox/gateway-event.ts';

/** The outcome of applying a gateway event. An UNMATCHED event is tried again later. */
export type Decision = { outcome: EventOutcome; effect: EventEffect | null };

/** The event was applied. */
export const applied = (effect: EventEffect): Decision => ({ outcome: 'APPLIED', effect });

/** The event changes nothing, for the reason in `effect`. */
export const ignored = (effect: EventEffect): Decision => ({ outcome: 'IGNORED_STALE', effect });

/** The event can't be applied yet, because something that it depends on is missing or undecided. */
export const tryLater: Decision = { outcome: 'UNMATCHED', effect: null };
