import { randomBytes } from 'node:crypto';
import { createClient, type Client } from '@commerce-core/client';
import { SignJWT } from 'jose';
import { chanceOf } from '../chance.ts';
import type { RunOptions } from '../options.ts';
import { ApiProcesses } from './api-processes.ts';
import { startDatabase, type ShopDatabase } from './database.ts';
import { startSubscribers, type Subscribers } from '../subscribers/subscribers.ts';
import { openLoadBalancer, type LoadBalancerFaults } from './load-balancer.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { openFaultInjectingProxy } from './fault-injecting-proxy.ts';
import { startPricingService } from './pricing-service.ts';
import { apiEnv, providersOf, simulatorOptions, type Provider } from './providers.ts';

/** A whole shop: PostgreSQL, two API processes behind a load balancer, the gateways, and those who get the events. */
export type RunningShop = {
  database: ShopDatabase;
  gateway: Gateway;
  providers: readonly Provider[];
  orders: number;
  reservationMs: number;
  operator: Client;
  customer: (n: number) => Promise<Client>;
  guest: (accessToken?: string) => Client;
  subscribers: Subscribers;
  lostCalls: () => LoadBalancerFaults;
  /** The number of requests that the pricing service left unanswered. */
  pricingFailures: () => number;
  /** The number of commits whose response was lost. */
  cutCommits: () => number;
  /** When each process was killed, in ms of `performance.now()`. */
  killedAt: () => readonly number[];
  /** Kills one API process with SIGKILL and starts it again. */
  killOne: () => Promise<void>;
  /** The files that the API processes log to. */
  logs: () => string[];
  /** Stops the faults between callers, the API, PostgreSQL and subscribers. */
  stopFaults: () => void;
  stop: () => Promise<void>;
};

const reservationMs = 6_000;
const attemptsMax = 4;
// A gateway's or carrier's message that was lost is found by the next poll.
const shortTimes = {
  RESERVATION_MINUTES: String(reservationMs / 60_000),
  GATEWAY_POLL_AFTER_SECONDS: '3',
  TRACKING_POLL_MINUTES: '0.1',
};
// All guests have this machine's address.
const guestEnv = {
  GUEST_ORDERS: 'on',
  GUEST_UNPAID_PER_ADDRESS: '100000',
  GUEST_UNPAID_IN_ALL: '100000',
  GUEST_CALLS_PER_ADDRESS: '1000000',
  GUEST_CALLS_IN_ALL: '1000000',
  CALLS_PER_ADDRESS: '0',
};

/** Starts the shop. What was started is stopped again when one of its parts does not start. */
export async function startShop(options: RunOptions): Promise<RunningShop> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    return { ...(await startParts(options, (stopPart) => stops.push(stopPart))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts the shop's parts in order. Calls `onStarted` with each part's stop. */
async function startParts(
  { seed, orders, providers: names }: RunOptions,
  onStarted: (stop: () => Promise<void>) => void,
): Promise<Omit<RunningShop, 'stop'>> {
  const database = await startDatabase();
  onStarted(database.stop);
  const subscribers = await startSubscribers(chanceOf(seed), database);
  onStarted(subscribers.stop);
  const proxy = await openFaultInjectingProxy(chanceOf(seed), database.url);
  onStarted(proxy.close);
  const apis = new ApiProcesses();
  const loadBalancer = await openLoadBalancer(chanceOf(seed), () => apis.urls());
  onStarted(loadBalancer.close);
  const gateway = await startGateway(simulatorOptions(names, loadBalancer.url));
  onStarted(gateway.close);
  const pricing = await startPricingService(chanceOf(seed));
  onStarted(pricing.close);
  const tokenSecret = randomBytes(32).toString('base64url');
  onStarted(() => apis.stop());
  await apis.start({
    ...shortTimes,
    DATABASE_URL: proxy.url,
    CUSTOMER_JWT_SECRET: tokenSecret,
    ...guestEnv,
    QUOTE_URL: pricing.url,
    QUOTE_SECRET: pricing.secret,
    ...subscribers.apiEnv,
    ...apiEnv(names, gateway.url),
  });
  const callers = callersOf(loadBalancer.url, database.apiKey, tokenSecret);
  subscribers.follow(callers.operator);
  return {
    database,
    gateway,
    orders,
    reservationMs,
    providers: providersOf(names),
    subscribers,
    ...callers,
    lostCalls: loadBalancer.counts,
    cutCommits: proxy.cuts,
    killedAt: () => apis.killedAt,
    killOne: () => apis.killOne(),
    logs: () => apis.logs,
    pricingFailures: pricing.failures,
    stopFaults: () => {
      for (const part of [pricing, loadBalancer, proxy, subscribers]) part.stopFaults();
    },
  };
}

/** Clients for those who call the shop. */
function callersOf(
  url: string,
  apiKey: string,
  tokenSecret: string,
): Pick<RunningShop, 'operator' | 'customer' | 'guest'> {
  const clientOf = (token?: string) => createClient({ url, token, attemptsMax });
  return {
    operator: clientOf(apiKey),
    customer: async (n) => clientOf(await shopperToken(n, tokenSecret)),
    guest: clientOf,
  };
}

const shopperToken = (n: number, secret: string): Promise<string> =>
  new SignJWT({ sub: `shopper-${n}` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('3h')
    .sign(new TextEncoder().encode(secret));
