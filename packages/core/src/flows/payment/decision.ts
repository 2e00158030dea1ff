import type { EventEffect, EventOutcome } from '../../gateway-inbox/gateway-event.ts';

/** What becomes of a gateway's message; UNMATCHED ones are tried again later. */
export type Decision = { outcome: EventOutcome; effect: EventEffect | null };

export const applied = (effect: EventEffect): Decision => ({ outcome: 'APPLIED', effect });
export const ignored = (effect: EventEffect): Decision => ({ outcome: 'IGNORED_STALE', effect });
/** What it is about isn't there yet, or isn't decided. */
export const tryLater: Decision = { outcome: 'UNMATCHED', effect: null };
