import { randomBytes } from 'node:crypto';
import { createClient, type Client } from '@commerce-core/api/client';
import { SignJWT } from 'jose';
import { chanceOf } from '../chance.ts';
import type { Options } from '../options.ts';
import { startApi, type Api } from './api.ts';
import { startDatabase, type ShopDatabase } from './database.ts';
import { openLoadBalancer, type LostCalls } from './load-balancer.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { openFaultInjectingProxy } from './fault-injecting-proxy.ts';
import { apiEnv, providersOf, simulatorOptions, type Provider } from './providers.ts';

/** A whole shop: PostgreSQL, two API processes behind a load balancer, and the gateways. */
export type RunningShop = {
  database: ShopDatabase;
  gateway: Gateway;
  providers: readonly Provider[];
  orders: number;
  reservationMs: number;
  operator: Client;
  customer: (n: number) => Promise<Client>;
  lostCalls: LostCalls;
  /** The number of commits whose response was lost. */
  cutCommits: () => number;
  kills: () => number;
  /** Kills one API process with SIGKILL and starts it again. */
  killOne: () => Promise<void>;
  /** The files that the API processes log to. */
  logs: () => string[];
  /** Stops the faults between callers, the API and PostgreSQL. */
  stopFaults: () => void;
  stop: () => Promise<void>;
};

const processes = 2;
const reservationMs = 6_000;
const pollAfterSeconds = 3;
const attemptsMax = 4;

/** Starts the shop. What was started is stopped again when one of its parts does not start. */
export async function startShop({ seed, orders, providers: names }: Options): Promise<RunningShop> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const database = await startDatabase();
    stops.push(database.stop);
    const proxy = await openFaultInjectingProxy(chanceOf(seed), database.url);
    stops.push(proxy.close);
    const apis: (Api | undefined)[] = [];
    const logs: string[] = [];
    const loadBalancer = await openLoadBalancer(chanceOf(seed), () => apis.flatMap((api) => api?.url ?? []));
    stops.push(loadBalancer.close);
    const gateway = await startGateway(simulatorOptions(names, `${loadBalancer.url}/api/v1/payments/webhooks`));
    stops.push(gateway.close);
    const tokenSecret = randomBytes(32);
    const env = {
      DATABASE_URL: proxy.url,
      RESERVATION_MINUTES: String(reservationMs / 60_000),
      GATEWAY_POLL_AFTER_SECONDS: String(pollAfterSeconds),
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
      operator: createClient({ url: loadBalancer.url, token: database.apiKey, attemptsMax }),
      customer: async (n) => createClient({ url: loadBalancer.url, token: await token(n), attemptsMax }),
      lostCalls: loadBalancer.counts,
      cutCommits: proxy.cuts,
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
      stopFaults() {
        loadBalancer.stopFaults();
        proxy.stopFaults();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
