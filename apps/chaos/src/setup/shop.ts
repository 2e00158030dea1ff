import { randomBytes } from 'node:crypto';
import { createClient, type Client } from '@commerce-core/api/client';
import { SignJWT } from 'jose';
import { chanceOf } from '../chance.ts';
import type { Options } from '../options.ts';
import { startApi, type Api } from './api.ts';
import { startDatabase, type ShopDatabase } from './database.ts';
import { openFront, type FrontCounts } from './front.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { openWire } from './wire.ts';
import { apiEnv, providersOf, simulatorOptions, type Provider } from './providers.ts';

/** A shop with all that belongs to it: PostgreSQL, two processes of the API behind one address, and the gateways. */
export type RunningShop = {
  database: ShopDatabase;
  gateway: Gateway;
  providers: readonly Provider[];
  orders: number;
  reservationMs: number;
  operator: Client;
  customer: (n: number) => Promise<Client>;
  frontCounts: FrontCounts;
  /** Commits whose answer got lost. */
  cuts: () => number;
  kills: () => number;
  /** Kills one process of the API in the midst of its work, and starts it again. */
  killOne: () => Promise<void>;
  /** Where its processes write what they log. */
  logs: () => string[];
  /** Nothing gets lost between callers, the API and PostgreSQL any more. */
  calm: () => void;
  stop: () => Promise<void>;
};

const processes = 2;
const reservationMs = 6_000;
const quietSeconds = 3;
const attemptsMax = 4;

export async function startShop({ seed, orders, providers: names }: Options): Promise<RunningShop> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const database = await startDatabase();
    stops.push(database.stop);
    const wire = await openWire(chanceOf(seed), database.url);
    stops.push(wire.close);
    const apis: (Api | undefined)[] = [];
    const logs: string[] = [];
    const front = await openFront(chanceOf(seed), () => apis.flatMap((api) => api?.url ?? []));
    stops.push(front.close);
    const gateway = await startGateway(simulatorOptions(names, `${front.url}/api/v1/payments/webhooks`));
    stops.push(gateway.close);
    const tokenSecret = randomBytes(32);
    const env = {
      DATABASE_URL: wire.url,
      RESERVATION_MINUTES: String(reservationMs / 60_000),
      GATEWAY_POLL_AFTER_SECONDS: String(quietSeconds),
      CUSTOMER_JWT_SECRET: tokenSecret.toString('base64url'),
      ...apiEnv(names, gateway.url),
    };
    const start = async (place: number) => {
      const api = await startApi(env);
      logs.push(api.log);
      apis[place] = api;
    };
    stops.push(async () => void (await Promise.all(apis.map(async (api) => api?.stop()))));
    await Promise.all(Array.from({ length: processes }, (_, place) => start(place)));

    let kills = 0;
    const token = async (n: number) =>
      new SignJWT({ sub: `shopper-${n}` })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('3h')
        .sign(new TextEncoder().encode(env.CUSTOMER_JWT_SECRET));
    return {
      database,
      gateway,
      orders,
      reservationMs,
      stop,
      providers: providersOf(names),
      operator: createClient({ url: front.url, token: database.apiKey, attemptsMax }),
      customer: async (n) => createClient({ url: front.url, token: await token(n), attemptsMax }),
      frontCounts: front.counts,
      cuts: wire.cuts,
      kills: () => kills,
      async killOne() {
        const place = kills % processes;
        kills += 1;
        const api = apis[place];
        await api?.kill();
        apis[place] = undefined;
        await start(place);
      },
      logs: () => logs,
      calm() {
        front.calm();
        wire.calm();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
