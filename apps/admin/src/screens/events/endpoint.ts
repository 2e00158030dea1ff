import type { RouterOutputs } from '@commerce-core/client';

/** A merchant's receiver of events, and how far it has got. */
export type Endpoint = RouterOutputs['webhookEndpoint']['list']['items'][number];
