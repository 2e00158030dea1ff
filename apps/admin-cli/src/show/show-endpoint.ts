import type { RouterOutputs } from '@commerce-core/client';
import { formatTime } from '../output.ts';
import { renderRecord, type Screen } from '../table.ts';

export type Endpoint = RouterOutputs['webhookEndpoint']['get'];
type WithKeys = RouterOutputs['webhookEndpoint']['create'];

const fieldsOf = (endpoint: Endpoint): [string, string | null][] => [
  ['id', endpoint.id],
  ['url', endpoint.url],
  ['description', endpoint.description],
  ['status', [endpoint.status, endpoint.disabledReason].filter(Boolean).join(' ')],
  ['types', endpoint.types?.join(', ') ?? 'all'],
  ['aggregate types', endpoint.aggregateTypes?.join(', ') ?? 'all'],
  ['events at once', String(endpoint.batchMax)],
  ['requests at once', String(endpoint.batchMax > 1 ? 1 : endpoint.inFlightMax)],
  ['position', endpoint.position],
  ['retrying', String(endpoint.retrying)],
  ['parked', String(endpoint.parked)],
  ['failing since', endpoint.failingSince && formatTime(endpoint.failingSince)],
  ['old secret until', endpoint.previousSecretUntil && formatTime(endpoint.previousSecretUntil)],
];

/** Returns an endpoint as text. */
export const renderEndpoint = (endpoint: Endpoint, screen: Screen): string => renderRecord(fieldsOf(endpoint), screen);

/** Returns an endpoint with its keys as text. */
export const renderKeys = (endpoint: WithKeys, screen: Screen): string =>
  renderRecord([...fieldsOf(endpoint), ['secret', endpoint.secret], ['public key', endpoint.publicKey]], screen);
