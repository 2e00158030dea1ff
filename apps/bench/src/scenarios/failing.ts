import { failingReference } from '../load/job.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { WrongResult, withPair } from './pair.ts';
import { goal, rates, type Scenario } from './scenario.ts';
import { ourOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;
const failShare = 0.01;

const failingTrigger = `
  create function bench.fail() returns trigger language plpgsql as $$ begin
    raise exception 'caused by the bench';
  end $$;
  create trigger failing before insert on commerce.orders for each row
    when (new.reference = '${failingReference}') execute function bench.fail()`;

async function expectNoFailedOrder(database: BenchDatabase): Promise<void> {
  const [row] = await database.query<{ n: number }>(
    'select count(*)::int as n from commerce.orders where reference = $1',
    [failingReference],
  );
  if (row && row.n > 0) throw new WrongResult(`${row.n} orders exist that the database rejected`);
}

/** Failing orders share batches with others; the scenario measures how much they slow the others down. */
export const failing: Scenario = {
  name: 'failing',
  title: 'order.create while 1 % of the orders make the database fail',
  long: false,
  takes: ({ rounds, seconds }) =>
    turnSeconds(rounds, seconds, [
      ['ours', clients],
      ['ours', clients],
    ]) + 10,
  run: async (bench) =>
    withPair(bench, usualSeed, async (pair) => {
      await pair.ours.query(failingTrigger);
      const series = await takeTurns(bench, 'failing', [
        { label: 'API, none fails', side: 'ours', clients, turn: ourOrders(bench, pair, uniformShape, { clients }) },
        {
          label: 'API, 1 % fails',
          side: 'ours',
          clients,
          turn: ourOrders(bench, pair, uniformShape, { clients, failShare }),
        },
      ]);
      await expectNoFailedOrder(pair.ours);
      const [clean = [], failed = []] = series.map(rates);
      const rounds = series[1]?.rounds ?? [];
      const failures = sum(rounds.flatMap((round) => Object.values(round.failed)));
      const notes = [`of ${sum(rounds.map(({ succeeded }) => succeeded)) + failures} calls ${failures} failed`];
      return {
        series,
        goals: [goal('1 % of orders fail / none does', '≥', 0.7, failed, clean)],
        notes,
      };
    }),
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
