import { createClient, type Client } from '../client.ts';
import { present, startTestApi, type TestApi } from '../testing/index.ts';

export const secrets = ['a secret of the tests for the tokens of guests'];
export const email = 'jo@mail.example';
export const addressHeader = 'x-forwarded-for';

/** Starts the API behind a proxy that gives the clients' addresses, with orders of guests. */
export const startGuestApi = async (databaseOf?: TestApi): Promise<TestApi> =>
  startTestApi({
    ...(databaseOf && { databaseOf }),
    guestOrders: { secrets, addressHeader },
    guestLimits: { unpaidPerOriginMax: 3 },
  });

/** A client without a token that comes from an address: a new one unless said otherwise. */
export const visitor = (at: TestApi, address = newAddress()): Client =>
  createClient({ url: at.url, fetch: sendingFrom(address) });

let networks = 0;
/** An address in a network of its own. */
export const newAddress = (): string => `2001:db8:0:${(networks += 1).toString(16)}::1`;

export const sendingFrom =
  (address: string): typeof fetch =>
  async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set(addressHeader, address);
    return fetch(input, { ...init, headers });
  };

/** The input of an order of one unit of a new product. */
export const newOrderInput = async (at: TestApi, texts: object = {}) => ({
  lines: [{ productId: await at.createProduct(), quantity: 1 }],
  contact: { email },
  ...texts,
});

/** A client with the token of an order. */
export const guestClient = ({ accessToken }: { accessToken?: string }, at: TestApi): Client =>
  createClient({ url: at.url, token: present(accessToken, 'token') });
