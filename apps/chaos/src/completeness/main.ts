import { parseArgs } from 'node:util';
import { runCompleteness } from './run.ts';

const usage = `Kills processes that write and number events, and compares what a reader got with PostgreSQL's log of
commits.

  npm run completeness -- [options]

  --events N         how many events to write; defaults to 1,000,000, for more than half an hour
  --seed N           seed of the writers' decisions; defaults to 1
  --kill-every MS    milliseconds between two kills; defaults to 1000

Exits 1 when an event was lost, doubled or out of order.`;

const numberOf = (name: string, text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`--${name} takes a whole number of at least 1\n\n${usage}`);
  process.exit(2);
};

const options = {
  events: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: '1' },
  'kill-every': { type: 'string', default: '1000' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const values = readOptions();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const isTerminal = process.stdout.isTTY;
// A log of an hour's run gets a line a minute.
const loggedEveryMs = 60_000;
let loggedAt = performance.now();
function say(line: string): void {
  if (isTerminal) process.stdout.write(`\r\u001b[K${line}`);
  else if (performance.now() - loggedAt >= loggedEveryMs) {
    loggedAt = performance.now();
    console.log(line);
  }
}
const result = await runCompleteness({
  events: numberOf('events', values.events),
  seed: numberOf('seed', values.seed),
  killEveryMs: numberOf('kill-every', values['kill-every']),
  say,
});
const { events, kills, seconds, faults } = result;
if (isTerminal) process.stdout.write('\r\u001b[K');
console.log(`${events} events in ${seconds.toFixed(0)} s, ${kills} kills`);
if (faults.length > 0) {
  console.log(faults.join('\n'));
  process.exitCode = 1;
} else console.log('none lost, none doubled, each in its order');
