import { writeFileSync } from 'node:fs';
import { findBaseline } from './baseline/baseline.ts';
import { chooseLoadProgram } from './load/load-program.ts';
import { startLoadProcess } from './load/load-process.ts';
import { readOptions, UsageError, type Options } from './options.ts';
import { panelsOf, renderChart } from './report/chart.ts';
import { startProgress } from './report/progress.ts';
import { legend, renderGoals, renderMachine, renderOutcome, type Callers } from './report/render.ts';
import { scenarios } from './scenarios/all.ts';
import { WrongResult } from './scenarios/pair.ts';
import type { Bench, Outcome, Scenario } from './scenarios/scenario.ts';
import { describeMachine, type Machine } from './setup/machine.ts';
import { startBenchServer } from './setup/server.ts';

const usage = `Compares this shop with a baseline: one PL/pgSQL call that writes the same rows.

  npm run bench -- [options]

  --long            all scenarios, more and longer rounds; the short form takes about 10 minutes
  --only NAME       only this scenario; can be repeated: ${scenarios.map(({ name }) => name).join(', ')}
  --rounds N        turns of each side; default 3, in the long form 5
  --seconds S       measured time of each turn; default 2, in the long form 8
  --clients LIST    numbers of concurrent clients; default: each scenario's own
  --minutes N       duration of the scenario memory; default 10
  --orders N        old orders of order-growth and lists; default 1000000, at most 10000000, which need 40 GB
  --env NAME=VALUE  an environment variable of the API; can be repeated
  --load PROGRAM    wrk or node, which sends the load over HTTP; default wrk if it is installed
  --csv FILE        orders for the scenario replay; default samples/online-retail.csv
  --json FILE       writes all results as JSON
  --svg FILE        writes a chart

Exits with 1 when a result was wrong: an order was lost or doubled, or the doctor found a violation. A missed goal is no
error.`;

async function bench(options: Options): Promise<void> {
  const { only, long } = options;
  const chosen = scenarios.filter((scenario) =>
    only.length > 0 ? only.includes(scenario.name) : long || !scenario.long,
  );
  const progress = startProgress(chosen.reduce((sum, { takes }) => sum + takes(options), 10));
  progress.now('starting PostgreSQL');
  const server = await startBenchServer();
  const node = startLoadProcess();
  const coreLoad = startLoadProcess();
  try {
    const load = chooseLoadProgram(node, options.load);
    const baseline = findBaseline(load);
    const callers = { baseline: baseline.name, load: load.name };
    const machine = await describeMachine(server);
    progress.say(renderMachine(machine, callers));
    const outcomes = new Map<string, Outcome>();
    const context: Bench = { server, load, coreLoad, baseline, options, progress, outcomes };
    const results: Result[] = [];
    for (const scenario of chosen) {
      const outcome = await scenario.run(context);
      outcomes.set(scenario.name, outcome);
      results.push({ scenario, outcome });
    }
    progress.now('');
    report({ results, machine, callers, options });
  } finally {
    node.stop();
    coreLoad.stop();
    await server.stop();
  }
}

type Result = { scenario: Scenario; outcome: Outcome };
type Report = { results: readonly Result[]; machine: Machine; callers: Callers; options: Options };

/** Prints the tables, and writes the files that the options ask for. */
function report({ results, machine, callers, options }: Report): void {
  const goals = results.flatMap(({ outcome }) => outcome.goals);
  const sections = results.map(({ scenario, outcome }) => renderOutcome(scenario, outcome));
  const machineText = renderMachine(machine, callers);
  const goalTexts = goals.length > 0 ? [renderGoals(goals)] : [];
  console.log(['', machineText, ...sections, legend, ...goalTexts].join('\n\n'));
  if (options.json) {
    const json = {
      at: new Date().toISOString(),
      baseline: callers.baseline,
      load: callers.load,
      machine,
      scenarios: Object.fromEntries(results.map(({ scenario, outcome }) => [scenario.name, outcome])),
    };
    const withoutIds = (key: string, value: unknown) => (key === 'ids' ? undefined : value);
    writeFileSync(options.json, `${JSON.stringify(json, withoutIds, 2)}\n`);
  }
  if (options.svg) {
    const panels = panelsOf(results.map(({ scenario, outcome }) => [scenario.title, outcome]));
    const { cores, cpu, node, postgres } = machine;
    const footer = [
      `Orders, webhooks or flows a second: the median of ${options.rounds} rounds, ` +
        'the line from the lowest to the highest.',
      `${cpu}, ${cores} cores for everything; Node ${node}, PostgreSQL ${postgres}; baseline ` +
        `called by ${callers.baseline}, load sent by ${callers.load}.`,
    ];
    writeFileSync(options.svg, renderChart(panels, footer));
  }
}

// The child processes end with this process: see setup/api.ts, load/main.ts and the embedded server's guard.
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
