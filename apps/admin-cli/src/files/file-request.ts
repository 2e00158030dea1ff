import type { ErrorBody } from '@commerce-core/client';
import { connect } from '../connection.ts';
import type { CommandContext } from '../command-context.ts';
import { Refusal } from '../refusal.ts';
import { shopFetch } from '../shop-fetch.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Sends a request for a file to the shop.
 *
 * @throws Refusal when the shop refuses it
 * @throws Unreachable when no shop answers
 */
export async function fileRequest(
  context: CommandContext,
  path: string,
  query: Query,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string>; duplex?: 'half' } = {},
): Promise<Response> {
  const { url, apiKey } = connect(context).connection;
  const address = new URL(`${url}/api/v1/${path}`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) address.searchParams.set(name, String(value));
  const response = await shopFetch(url)(address, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
  });
  if (response.ok) return response;
  throw await refusalIn(response);
}

async function refusalIn(response: Response): Promise<Error> {
  const answer: unknown = await response.json().catch(() => undefined);
  const { error } = (answer ?? {}) as { error?: ErrorBody & { message: string } };
  return typeof error?.code === 'string'
    ? new Refusal(error.message, response.status, error)
    : new Refusal('', response.status, undefined);
}
