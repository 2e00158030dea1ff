import type { ClientBase } from 'pg';

const firstErrors = new WeakMap<ClientBase, Error>();

/** Records the error that ends a connection while no statement waits for its result: the only place where it shows. */
export function keepConnectionError(client: ClientBase): void {
  client.on('error', (error: Error) => {
    // The first error has the cause; later ones only say that the connection has ended.
    if (!firstErrors.has(client)) firstErrors.set(client, error);
  });
}

/** Returns the error that ended a connection between two statements, or undefined. */
export const connectionErrorOf = (client: ClientBase): Error | undefined => firstErrors.get(client);
