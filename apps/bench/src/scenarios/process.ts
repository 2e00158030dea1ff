import { setTimeout as sleep } from 'node:timers/promises';
import { count, ratio } from '../report/format.ts';
import { startApiProcess } from '../setup/api.ts';
import { cpuSeconds } from '../setup/cpu-time.ts';
import { rssMb } from '../setup/rss.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { startStatementCounter } from '../setup/statement-counter.ts';
import { usualSeed } from './orders.ts';
import { WrongResult } from './pair.ts';
import { goalOf, type Bench, type Outcome, type Scenario } from './scenario.ts';

const settleMs = 5_000;
const idleSeconds = 20;
const statementsShown = 6;

type Start = { seconds: number; cpuSeconds: number; idleMb: number };
type Idle = { perSecond: number; statements: string[] };

/** Measures a process of the API that has nothing to do: its start, its memory, and what it asks of PostgreSQL. */
export const processScenario: Scenario = {
  name: 'process',
  title: 'a process of the API: start, memory and statements without any caller',
  long: false,
  takes: ({ rounds }) => (rounds + 1) * (settleMs / 1_000 + 3) + idleSeconds,
  async run(bench) {
    const database = await bench.server.createDatabase('process', usualSeed);
    try {
      return await measure(bench, database);
    } finally {
      await database.drop();
    }
  },
};

async function measure(bench: Bench, database: BenchDatabase): Promise<Outcome> {
  const { progress, options } = bench;
  // The first start fills the caches of the disk and of Node's compiled code, so its times don't count.
  progress.now(`process: counting the statements of ${idleSeconds} s`);
  const idle = await countIdle(bench, database);
  const starts: Start[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    progress.now(`process, round ${round}`);
    const start = await startOnce(bench, database.url);
    starts.push(start);
    const { seconds, cpuSeconds: cpu, idleMb } = start;
    progress.say(`process, round ${round}: ${ratio(seconds)} s, ${ratio(cpu)} s of CPU, idle ${count(idleMb)} MB`);
  }
  const all = (of: keyof Start) => starts.map((start) => start[of]);
  return {
    series: [],
    goals: [
      goalOf('start to the first answer, s', '≤', 1, all('seconds')),
      goalOf('CPU of the API until then, s', '≤', 1, all('cpuSeconds')),
      goalOf('idle memory, MB', '≤', 120, all('idleMb')),
      goalOf('idle statements a second', '≤', 2, [idle.perSecond]),
    ],
    notes: [
      'start: from spawn to the response of /readyz; the database runs and is migrated',
      `memory: resident, ${settleMs / 1_000} s after that response`,
      `statements: counted between the API and PostgreSQL for ${idleSeconds} s; the most frequent:`,
      ...idle.statements,
    ],
  };
}

/**
 * Starts the API, waits for its first response, then waits until its first jobs have run.
 *
 * @param afterwards runs while the API is idle
 * @throws WrongResult when the API doesn't respond that it is ready
 */
async function startOnce(
  bench: Bench,
  databaseUrl: string,
  afterwards: () => Promise<void> = async () => {},
): Promise<Start> {
  const began = performance.now();
  const api = await startApiProcess(databaseUrl, bench.options.env);
  try {
    const { status } = await fetch(`${api.url}/readyz`);
    const seconds = (performance.now() - began) / 1_000;
    const cpu = cpuSeconds(api.pid) ?? NaN;
    if (status !== 200) throw new WrongResult(`/readyz returned ${status} after the start`);
    await sleep(settleMs);
    const idleMb = await rssMb(api.pid);
    await afterwards();
    return { seconds, cpuSeconds: cpu, idleMb };
  } finally {
    await api.stop();
  }
}

/** Counts the statements of an API without callers. */
async function countIdle(bench: Bench, database: BenchDatabase): Promise<Idle> {
  const counter = await startStatementCounter(database.url);
  try {
    let counts = new Map<string, number>();
    await startOnce(bench, counter.url, async () => {
      counter.take();
      await sleep(idleSeconds * 1_000);
      counts = counter.take();
    });
    const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
    const text = (statement: string) => statement.trim().replaceAll(/\s+/g, ' ').replaceAll('"', '').slice(0, 56);
    return {
      perSecond: sorted.reduce((sum, [, n]) => sum + n, 0) / idleSeconds,
      statements: sorted
        .slice(0, statementsShown)
        .map(([statement, n]) => `${ratio(n / idleSeconds).padStart(6)} a second  ${text(statement)}`),
    };
  } finally {
    counter.stop();
  }
}
