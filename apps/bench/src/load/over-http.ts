import { Connection, type HttpResponse } from './connection.ts';
import type { Call } from './drive.ts';
import type { Meter } from './measure.ts';

/** The calls of a job, the ids that were acknowledged so far, and how to close the job's connections. */
export type Calls = { calls: Call[]; ids: string[]; close: () => unknown };

/**
 * Opens `count` connections to `url` and returns a call on each.
 *
 * @param next returns a whole request; undefined when there are no more
 * @param idOf returns the id in a response; undefined when the call failed
 */
export async function callsOverHttp(
  { url, count, meter }: { url: string; count: number; meter: Meter },
  next: () => string | undefined,
  idOf: (response: HttpResponse) => string | undefined,
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
          (response) => {
            const id = idOf(response);
            if (id === undefined) meter.failure(String(response.status));
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
