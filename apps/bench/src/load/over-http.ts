import { Connection, type Answer } from './connection.ts';
import type { Call } from './drive.ts';
import type { Meter } from './measure.ts';

/** What a job calls, the ids that were acknowledged so far, and how it lets go of its connections. */
export type Calls = { calls: Call[]; ids: string[]; close: () => unknown };

/**
 * A call on each of `count` connections to `url`. `next` makes a whole request (undefined: no more of them), `idOf` reads
 * the id out of an answer, where it is the one that was hoped for.
 */
export async function callsOverHttp(
  { url, count, meter }: { url: string; count: number; meter: Meter },
  next: () => string | undefined,
  idOf: (answer: Answer) => string | undefined,
): Promise<Calls> {
  const { hostname, port } = new URL(url);
  const open = async () => Connection.open(hostname, Number(port));
  const connections = await Promise.all(Array.from({ length: count }, open));
  const ids: string[] = [];
  const callOn =
    (connection: Connection): Call =>
    async (since) => {
      const request = next();
      if (request === undefined) return false;
      return new Promise((resolve) => {
        connection.send(
          request,
          (answer) => {
            const id = idOf(answer);
            if (id === undefined) meter.failure(String(answer.status));
            else {
              meter.success(since);
              ids.push(id);
            }
            resolve(true);
          },
          (error) => {
            meter.failure(error.message);
            resolve(false);
          },
        );
      });
    };
  return {
    calls: connections.map(callOn),
    ids,
    close: () => connections.forEach((connection) => connection.close()),
  };
}
