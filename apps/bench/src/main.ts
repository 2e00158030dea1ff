import { writeFileSync } from 'node:fs';
import { findFloor } from './floor/floor.ts';
import { startLoadProcess } from './load/load-process.ts';
import { readOptions, UsageError, type Options } from './options.ts';
import { panelsOf, renderChart } from './report/chart.ts';
import { startProgress } from './report/progress.ts';
import { legend, renderGoals, renderMachine, renderOutcome } from './report/render.ts';
import { scenarios } from './scenarios/all.ts';
import { WrongResult } from './scenarios/pair.ts';
import type { Bench, Outcome } from './scenarios/scenario.ts';
import { describeMachine } from './setup/machine.ts';
import { startBenchServer } from './setup/server.ts';

const usage = `Measures this shop against a floor: one PL/pgSQL call that writes the same rows.

  npm run bench -- [options]

  --long            every scenario, more and longer rounds; without it under 5 minutes
  --only NAME       this scenario (again for more): ${scenarios.map(({ name }) => name).join(', ')}
  --rounds N        turns each; 3, in the long form 5
  --seconds S       measured in each turn; 2, in the long form 8
  --clients LIST    concurrent clients; 1,8,64,256
  --minutes N       how long the scenario memory goes on; 10
  --env NAME=VALUE  a setting of the API (again for more), to compare it
  --csv FILE        orders for the scenario replay; samples/online-retail.csv
  --json FILE       writes all that was measured
  --svg FILE        writes a chart

Exits 1 when an answer was wrong: lost, doubled or refused by the doctor. A goal that is missed is no error.`;

async function bench(options: Options): Promise<void> {
  const { only, long } = options;
  const chosen = scenarios.filter((scenario) =>
    only.length > 0 ? only.includes(scenario.name) : long || !scenario.long,
  );
  const progress = startProgress(chosen.reduce((sum, { takes }) => sum + takes(options), 10));
  progress.now('starting PostgreSQL');
  const server = await startBenchServer();
  const load = startLoadProcess();
  const coreLoad = startLoadProcess();
  try {
    const floor = findFloor(load);
    const machine = await describeMachine(server);
    progress.say(renderMachine(machine, floor.name));
    const outcomes = new Map<string, Outcome>();
    const context: Bench = { server, load, coreLoad, floor, options, progress, outcomes };
    for (const scenario of chosen) outcomes.set(scenario.name, await scenario.run(context));
    progress.now('');

    const goals = [...outcomes.values()].flatMap((outcome) => outcome.goals);
    const sections = chosen.map((scenario) => renderOutcome(scenario, outcomes.get(scenario.name)!));
    console.log(
      [
        '',
        renderMachine(machine, floor.name),
        ...sections,
        legend,
        ...(goals.length > 0 ? [renderGoals(goals)] : []),
      ].join('\n\n'),
    );
    if (options.json) {
      const results = {
        at: new Date().toISOString(),
        floor: floor.name,
        machine,
        scenarios: Object.fromEntries(outcomes),
      };
      const withoutIds = (key: string, value: unknown) => (key === 'ids' ? undefined : value);
      writeFileSync(options.json, `${JSON.stringify(results, withoutIds, 2)}\n`);
    }
    if (options.svg) {
      const panels = panelsOf(chosen.map(({ name, title }) => [title, outcomes.get(name)!]));
      const { cores, cpu, node, postgres } = machine;
      const footer = [
        `Orders or webhooks a second: the median of ${options.rounds} rounds, the line from the lowest to the highest.`,
        `${cpu}, ${cores} cores for everything; Node ${node}, PostgreSQL ${postgres}; floor called by ${floor.name}.`,
      ];
      writeFileSync(options.svg, renderChart(panels, footer));
    }
  } finally {
    load.stop();
    coreLoad.stop();
    await server.stop();
  }
}

// What was started ends with this process by itself; see setup/api.ts, load/main.ts and the embedded server's guard.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

try {
  const options = readOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  );
  if (options === 'help') console.log(usage);
  else await bench(options);
} catch (error) {
  const known = error instanceof UsageError || error instanceof WrongResult;
  console.error(known ? error.message : error);
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
