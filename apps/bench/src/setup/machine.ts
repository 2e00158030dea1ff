import { statfsSync } from 'node:fs';
import { cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import type { BenchServer } from './server.ts';

/** The machine on which the figures were measured. */
export type Machine = {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  postgres: string;
  settings: Record<string, string>;
  /** False when the data are in memory, where COMMIT costs less than on a disk. */
  dataOnDisk: boolean;
  /** The load average of the minute before the run. */
  loadBefore: number;
};

const shown = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'max_connections',
  'autovacuum',
];

// https://man7.org/linux/man-pages/man2/statfs.2.html
const tmpfs = 0x01021994;

/** Reads the machine's properties and the server's settings. */
export async function describeMachine(server: BenchServer): Promise<Machine> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres: server.version,
    settings: await server.settings(shown),
    dataOnDisk: statfsSync(tmpdir()).type !== tmpfs,
    loadBefore: Math.round((loadavg()[0] ?? NaN) * 10) / 10,
  };
}
