import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Loaded } from '../job.ts';
import { scripts, type Wrk } from './find-wrk.ts';
import { environmentOf, type WrkJob } from './wrk-job.ts';
import { loadedOf } from './wrk-output.ts';

// How long a call may take after the measured time: longer than the server's statement_timeout.
const lastCallMs = 35_000;

/**
 * Sends a job's load by wrk.
 * @throws Error when wrk fails, or when calls got no response
 */
export async function runWrk({ path, version }: Wrk, job: WrkJob): Promise<Loaded> {
  const openMs = job.warmMs + job.measureMs;
  const args = [
    // One thread has enough time for all connections. With a thread for each, a request took six times the CPU time.
    '--threads=1',
    `--connections=${job.clients}`,
    `--duration=${Math.ceil((openMs + lastCallMs) / 1000)}`,
    '--script=load.lua',
    job.url,
  ];
  const environment = {
    ...(await environmentOf(job)),
    LOAD_CLIENTS: String(job.clients),
    LOAD_OPEN_US: String(openMs * 1000),
    ...(job.rate === undefined ? {} : { LOAD_RATE: String(job.rate) }),
  };
  const lines = await runScript(path, args, environment);
  return { ...loadedOf(lines, job), sentBy: `wrk ${version}` };
}

/** Runs the script until it prints its end. Returns the lines that wrk printed. */
async function runScript(path: string, args: string[], environment: Record<string, string>): Promise<string[]> {
  const child = spawn(path, args, { cwd: scripts, stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    // wrk's main thread sleeps until the end of its duration or a SIGINT.
    if (line.startsWith('end ')) child.kill('SIGINT');
  });
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const [code] = await once(child, 'close').finally(() => process.off('exit', kill));
  if (code !== 0) throw new Error(`wrk failed: ${errors.slice(0, 3).join('\n') || code}`);
  return lines;
}
