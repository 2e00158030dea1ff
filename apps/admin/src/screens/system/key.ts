import type { RouterOutputs } from '@commerce-core/client';

/** The record of an operator's API key. */
export type Key = RouterOutputs['apiKey']['list']['items'][number];
/** The record of an operator's session at the page. */
export type Session = RouterOutputs['session']['list']['items'][number];
