import { connect } from 'node:net';

/** Returns whether a program of this machine accepts connections at a port. */
export const tryConnection = async (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
