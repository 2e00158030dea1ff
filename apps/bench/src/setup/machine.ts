import { statfsSync } from 'node:fs';
import { cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import type { BenchServer } from './server.ts';

/** What the figures were measured on. */
export type Machine = {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  postgres: string;
  settings: Record<string, string>;
  /** A disk that forgets makes COMMIT cheaper than it is. */
  dataOnDisk: boolean;
  /** The load average of the minute before. */
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
    loadBefore: Math.round(loadavg()[0]! * 10) / 10,
  };
}
