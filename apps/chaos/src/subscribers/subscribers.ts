import { randomBytes } from 'node:crypto';
import type { Client } from '@commerce-core/client';
import type { Chance } from '../chance.ts';
import type { Pending } from '../checks/unfinished.ts';
import type { ShopDatabase } from '../setup/database.ts';
import { startBroker, type Broker } from './broker.ts';
import { readBehind, redriveParked } from './catch-up.ts';
import { createEndpoint } from './endpoints.ts';
import { followStream, type FollowedStream } from './event-stream.ts';
import { startReceiver, type Receiver } from './receiver.ts';

/** A webhook endpoint of a merchant. */
export type Endpoint = { id: string; receiver: Receiver };

/** Everyone who gets the shop's events during a run. */
export type Subscribers = {
  /** Gets the events of orders in lists, and acknowledges each at once. */
  healthy: Endpoint;
  /** Gets all events one by one, and does everything wrong that a receiver can do. */
  hostile: Endpoint;
  /** Gets all events; undefined where nats-server isn't installed. */
  broker: Broker | undefined;
  /** Gets all events over HTTP; undefined until `follow` is called. */
  stream: () => FollowedStream | undefined;
  /** What the API processes need to know. */
  apiEnv: Record<string, string>;
  follow: (client: Client) => void;
  /** Reads what they do not have yet; empty when all of them have everything. */
  readBehind: () => Promise<Pending[]>;
  /** Has events sent that were given up, as an operator does after a receiver was repaired. */
  redriveParked: (operator: Client) => Promise<void>;
  stopFaults: () => void;
  stop: () => Promise<void>;
};

// Ten attempts as by default, but within seconds: an event that is always refused is given up during the run.
const retrySeconds = '0.1,0.2,0.5,1,1,1,1,1,1';
/** More than one event in a request. */
const batchMax = 20;

/** Starts the receivers and the broker, and creates their endpoints. */
export async function startSubscribers(chance: Chance, database: ShopDatabase): Promise<Subscribers> {
  const secretsKey = randomBytes(32).toString('base64');
  const broker = await startBroker(chance);
  const healthy = await startReceiver();
  const hostile = await startReceiver({ chance, redirectTo: healthy.url });
  const create = async (receiver: Receiver, settings: Parameters<typeof createEndpoint>[3]): Promise<Endpoint> => ({
    id: await createEndpoint(database.url, secretsKey, receiver, settings),
    receiver,
  });
  let stream: FollowedStream | undefined;
  const all = {
    healthy: await create(healthy, { aggregateTypes: ['order'], batchMax }),
    hostile: await create(hostile, {}),
    broker,
    stream: () => stream,
  };
  return {
    ...all,
    apiEnv: {
      WEBHOOK_SECRETS_KEY: secretsKey,
      WEBHOOK_ALLOW_PRIVATE: 'on',
      WEBHOOK_RETRY_SECONDS: retrySeconds,
      ...(broker && { NATS_URL: broker.url }),
    },
    follow(client) {
      stream = followStream(client);
    },
    readBehind: async () => readBehind(database, all),
    redriveParked: async (operator) => redriveParked(operator, all.hostile.id),
    stopFaults: () => hostile.stopFaults(),
    async stop() {
      stream?.stop();
      await Promise.all([healthy.close(), hostile.close(), broker?.stop()]);
    },
  };
}
