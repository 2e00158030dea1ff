import type { ClientBase } from 'pg';

const words = new WeakMap<ClientBase, Error>();

/** Keeps what a connection's server, or the network, said when it ended while nothing was asked of it. */
export function keepConnectionError(client: ClientBase): void {
  client.on('error', (fault: Error) => {
    // What follows only says that it has ended.
    if (!words.has(client)) words.set(client, fault);
  });
}

export const connectionErrorOf = (client: ClientBase): Error | undefined => words.get(client);
