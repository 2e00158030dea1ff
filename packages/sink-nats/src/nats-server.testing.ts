import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '@commerce-core/core/testing';

/** Where nats-server is installed; undefined if it isn't. */
export const natsServer: string | undefined = findProgram('nats-server');

/** A server of its own, with its own data. */
export type TestNatsServer = {
  url: string;
  /** Ends the server at once, as a power cut does. */
  kill: () => Promise<void>;
  /** Starts it again at the same address, with the data that it had. */
  restart: () => Promise<void>;
  loseData: () => void;
  stop: () => Promise<void>;
};

/** Starts a server on a free port, with JetStream unless `arguments_` says otherwise. */
export async function startNatsServer(arguments_: readonly string[] = ['-js']): Promise<TestNatsServer> {
  if (natsServer === undefined) throw new Error('nats-server is not installed');
  const program = natsServer;
  const folder = mkdtempSync(join(tmpdir(), 'commerce-nats-'));
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(program, [...arguments_, '-a', '127.0.0.1', '-p', String(port), '-sd', folder], {
      stdio: 'ignore',
    });
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with code ${child.exitCode}`);
      await sleep(20);
    }
    return child;
  };
  let running = await start();
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      running = await start();
    },
    loseData: () => rmSync(folder, { recursive: true, force: true }),
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const opened = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return opened;
}
