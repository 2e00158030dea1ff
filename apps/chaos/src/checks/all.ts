import type { RunningShop } from '../setup/shop.ts';
import type { World } from '../shop/world.ts';
import { checkAcknowledged, checkReplays } from './acknowledged.ts';
import { checkBooks, checkMoney } from './books.ts';
import { checkIdle } from './idle.ts';
import type { Pending } from './unfinished.ts';
import { readState, type State } from './state.ts';
import { checkLines } from './lines.ts';
import { checkUnits } from './units.ts';
import { checkStock } from './stock.ts';
import type { Finding } from './finding.ts';

/** Runs all checks after the run. `left` is the work that was left when the wait for it was given up. */
export async function checkAll(
  shop: RunningShop,
  world: World,
  state: State,
  left: readonly Pending[],
): Promise<Finding[]> {
  const findings = [
    ...(await checkIdle(shop, state, left)),
    ...(await checkStock(shop, world)),
    ...(await checkLines(shop)),
    ...(await checkUnits(shop, world)),
    ...checkBooks(state),
    ...checkMoney(state),
    ...(await checkAcknowledged(shop, world, state)),
    ...(await checkReplays(world)),
  ];
  const after = await readState(shop);
  const changed = (['orders', 'payments', 'book'] as const).filter((name) => after[name].size !== state[name].size);
  return [
    ...findings,
    ...changed.map((name) => ({ check: 'keys', what: `repeated calls created new ${name}` })),
    ...(await doctor(world)),
  ];
}

async function doctor({ operator }: World): Promise<Finding[]> {
  const { violations } = await operator.system.doctor.query();
  return violations.map(({ name, sentence, count, examples }) => ({
    check: 'doctor',
    what: `${name}: ${sentence} ${count} rows, for example ${JSON.stringify(examples[0])}`,
  }));
}
