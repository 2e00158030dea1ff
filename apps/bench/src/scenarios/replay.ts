import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { count } from '../report/format.ts';
import { startApi, type Api } from '../setup/api.ts';
import { WrongResult } from './pair.ts';
import type { Scenario } from './scenario.ts';

const root = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const sample = root('samples/online-retail.csv');
const concurrency = 64;

/** The fields of the CLI's report that are used here. */
type Report = {
  orders: { taken: number; refused: Record<string, number> };
  taken: { lines: number };
  failures: number;
  elapsedMs: number;
  ordersPerSecond: number;
  violations: { sentence: string }[] | null;
};

/** Replays real orders through the operators' CLI: it places them, pays them at the simulator, and ships them. */
export const replay: Scenario = {
  name: 'replay',
  title: 'a CSV of real orders through the operators’ CLI: placed, paid, shipped',
  long: true,
  takes: ({ csv }) => (csv === undefined ? 20 : 300),
  async run(bench) {
    const file = bench.options.csv ?? sample;
    const database = await bench.server.createDatabase('replay', { products: 1, orders: 0, waiting: 0 });
    const api = await startApi(database.url, bench.options.env);
    const simulator = await startSimulator(api);
    try {
      bench.progress.now(`replaying ${basename(file)}`);
      const report = await replayFile(file, api, simulator.url);
      const { orders, taken, failures, elapsedMs, ordersPerSecond } = report;
      if (failures > 0 || report.violations?.length !== 0) {
        const found = report.violations?.map(({ sentence }) => sentence).join('; ') ?? 'did not run';
        throw new WrongResult(`the replay had ${failures} failures; the doctor: ${found}`);
      }
      const refused = Object.values(orders.refused).reduce((sum, n) => sum + n, 0);
      const notes = [
        `${basename(file)}, ${concurrency} at once: ${count(orders.taken)} orders of ${count(taken.lines)} lines ` +
          `in ${(elapsedMs / 1000).toFixed(1)} s`,
        `${count(ordersPerSecond)} orders/s, ${count((taken.lines / elapsedMs) * 1000)} lines/s; ` +
          `${count(refused)} refused, 0 failed`,
      ];
      return { series: [], goals: [], notes };
    } finally {
      simulator.stop();
      await api.stop();
      await database.drop();
    }
  },
};

async function replayFile(file: string, { url, apiKey }: Api, simulatorUrl: string): Promise<Report> {
  const args = [
    root('apps/admin-cli/bin/commerce.mjs'),
    'replay',
    file,
    '--json',
    '--concurrency',
    String(concurrency),
  ];
  const env = {
    PATH: process.env['PATH'],
    COMMERCE_URL: url,
    COMMERCE_API_KEY: apiKey,
    COMMERCE_SIMULATOR_URL: simulatorUrl,
  };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 28 });
    // The CLI's own report, of this repository's version.
    return JSON.parse(stdout) as Report;
  } catch (error) {
    // execFile rejects with an error that has the output as properties.
    throw new WrongResult(`the replay failed: ${(error as { stderr?: string }).stderr?.trim() || String(error)}`);
  }
}

async function startSimulator({ url, webhookSecret }: Api): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, [root('apps/gateway-simulator/src/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      WEBHOOK_URL: `${url}/api/v1/payments/webhooks/mock`,
      MOCK_WEBHOOK_SECRET: webhookSecret,
    },
  });
  if (!child.stdout) throw new Error('the gateway simulator has no output');
  const [output] = await once(child.stdout, 'data');
  const simulatorUrl = /http:\/\/\S+?(?=,)/.exec(String(output))?.[0];
  if (!simulatorUrl) throw new Error(`the gateway simulator printed no address: ${String(output)}`);
  return { url: simulatorUrl, stop: () => child.kill('SIGTERM') };
}
