import { createClient, type Client } from '@commerce-core/client';

/** The shop, with the API key of this server. Browsers never get the key: only server code imports this file. */
export function shop(): Client {
  const { COMMERCE_URL, COMMERCE_API_KEY } = process.env;
  if (COMMERCE_URL === undefined) throw new Error('COMMERCE_URL is where the API of the shop is');
  return createClient({ url: COMMERCE_URL, token: COMMERCE_API_KEY });
}
