import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { print } from '../output.ts';
import type { Column, Screen } from '../table.ts';
import { renderRecord, renderTable } from '../table.ts';

type Status = RouterOutputs['system']['status'];
type Job = Status['jobs'][number];

/** Counts end here. */
const countMax = 10_000;

const counted = (count: number): string => (count < countMax ? String(count) : `${countMax}+`);

const columns: Column<Job>[] = [
  { head: 'JOB', value: ({ job }) => job },
  { head: 'WAITING', value: ({ waiting }) => (waiting === null ? '' : counted(waiting)), align: 'right' },
  {
    head: 'OLDEST, S',
    value: ({ oldestSeconds }) => (oldestSeconds === null ? '' : String(Math.round(oldestSeconds))),
    align: 'right',
  },
  { head: 'STATE', value: ({ isLate }) => (isLate ? 'late' : 'in time') },
];

export function addStatusCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'status', 'show how far the jobs are behind, and what is parked; exits 1 when a job is late', [
    'status',
    'status --json',
  ]).action(async (options: JsonOption) => {
    const { client } = connect(context);
    const status = await client.system.status.query();
    print(context, status, options, (screen) => renderStatus(status, screen));
    if (status.jobs.some(({ isLate }) => isLate)) context.exitCode = 1;
  });
}

function renderStatus({ jobs, parked, queues, versions, settings }: Status, screen: Screen): string {
  const facts: [string, string][] = [
    ['parked gateway events', counted(parked.gatewayEvents)],
    ['parked tracking messages', counted(parked.trackingMessages)],
    ['parked webhook deliveries', counted(parked.webhookDeliveries)],
    ['unanswered gateway calls', counted(parked.unansweredCalls)],
    ['calls that wait for a batch', String(queues.reduce((sum, { waiting, blocked }) => sum + waiting + blocked, 0))],
    ['gateways', settings.providers.join(', ')],
    ['versions', `commerce ${versions.commerce}, Node.js ${versions.node}, PostgreSQL ${versions.postgres}`],
  ];
  return `${renderTable(jobs, columns, screen)}\n\n${renderRecord(facts, screen)}`;
}
