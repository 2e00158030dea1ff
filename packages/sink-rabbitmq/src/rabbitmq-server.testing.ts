import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Where rabbitmq-server is installed; undefined if it isn't. Debian's command in /usr/sbin changes to a user of its
 * own, so the program behind it is used.
 */
export const rabbitmqServer = ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/sbin/rabbitmq-server'].find(
  (path) => existsSync(path),
);

/** A server of its own, with its own data. */
export type TestRabbitmqServer = {
  url: string;
  /** Ends the server at once, as a power cut does. */
  kill: () => Promise<void>;
  /** Starts it again at the same address, with the data that it had. */
  restart: () => Promise<void>;
  loseData: () => void;
  stop: () => Promise<void>;
};

/** Starts a server on free ports of this machine's own address. It takes some seconds. */
export async function startRabbitmqServer(): Promise<TestRabbitmqServer> {
  if (rabbitmqServer === undefined) throw new Error('rabbitmq-server is not installed');
  const program = rabbitmqServer;
  const folder = mkdtempSync(join(tmpdir(), 'commerce-rabbitmq-'));
  const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const env = environment(folder, port, distributionPort, epmdPort);
  const start = async (): Promise<ChildProcess> => {
    mkdirSync(join(folder, 'data'), { recursive: true });
    // A process group of its own, because the script's child is the server.
    const child = spawn(program, { env, cwd: folder, stdio: 'ignore', detached: true });
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`rabbitmq-server ended with code ${child.exitCode}`);
      await sleep(100);
    }
    return child;
  };
  let running = await start();
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null || running.pid === undefined) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    process.kill(-running.pid, 'SIGKILL');
    await ended;
    while (await isListening(port)) await sleep(20);
  };
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    kill,
    restart: async () => {
      running = await start();
    },
    loseData: () => rmSync(join(folder, 'data'), { recursive: true, force: true }),
    stop: async () => {
      await kill();
      // Erlang's port mapper outlives the server, and ends itself only when no server is registered.
      for (let tries = 0; tries < 100 && spawnSync('sh', ['-c', 'exec epmd -kill'], { env }).status !== 0; tries += 1)
        await sleep(50);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function environment(folder: string, port: number, distributionPort: number, epmdPort: number): NodeJS.ProcessEnv {
  mkdirSync(join(folder, 'log'));
  writeFileSync(join(folder, 'plugins'), '[].');
  writeFileSync(join(folder, 'rabbitmq.conf'), 'loopback_users.guest = true\n');
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    RABBITMQ_NODENAME: `commerce-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: join(folder, 'log', 'server.log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
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
