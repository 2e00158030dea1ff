import { setTimeout as sleep } from 'node:timers/promises';
import { natsServer, readNatsStream, startNatsServer } from '@commerce-core/sink-nats/testing';
import type { Chance } from '../chance.ts';
import type { Delivery } from './delivery.ts';

/** A NATS server that the shop publishes its events to. */
export type Broker = {
  url: string;
  kills: () => number;
  /** Kills the server and starts it again with its data, a moment later. */
  kill: () => Promise<void>;
  /** What its stream has, in its order. */
  read: () => Promise<Delivery[]>;
  stop: () => Promise<void>;
};

/** Starts a broker; returns undefined where nats-server isn't installed. */
export async function startBroker(chance: Chance): Promise<Broker | undefined> {
  if (natsServer === undefined) return undefined;
  const server = await startNatsServer();
  let kills = 0;
  return {
    url: server.url,
    kills: () => kills,
    async kill() {
      kills += 1;
      await server.kill();
      await sleep(chance.whole(`broker down ${kills}`, 300, 2_500));
      await server.restart();
    },
    async read() {
      const messages = await readNatsStream(server.url, 'commerce-events');
      return messages.map(({ id, body }, place) => ({
        messageId: id ?? '',
        body,
        events: [{ id: (JSON.parse(body) as { id: string }).id, text: body }],
        gap: [],
        arrivedAt: place,
        acknowledgedAt: place,
      }));
    },
    stop: server.stop,
  };
}
