import type { RunningShop } from '../setup/shop.ts';
import type { Entry } from '../shop/call.ts';
import type { World } from '../shop/world.ts';
import type { Finding } from './finding.ts';

const receivedInto = { restockQty: 'restocked', writeOffQty: 'written off' } as const;
type Row = { id: string; lineNo: number; what: string; units: number };

/**
 * Checks that every acknowledged change of units was made exactly once: what the calls of the ledger add up to is what
 * the shop has canceled, restocked, written off and replaced, line by line.
 */
export async function checkUnits(
  { database }: Pick<RunningShop, 'database'>,
  { ledger }: Pick<World, 'ledger'>,
): Promise<Finding[]> {
  const rows = await database.query<Row>(`
    select l.order_id as id, l.line_no as "lineNo", 'canceled' as what, l.canceled_qty as units
    from commerce.order_lines l join commerce.orders o on o.id = l.order_id where o.status = 'PAID'
    union all
    select l.return_id, l.line_no, w.what, w.units from commerce.return_lines l,
      lateral (values ('restocked', restocked_qty), ('written off', written_off_qty),
        ('replaced', replaced_qty)) w (what, units)`);
  const entries = [...ledger.values()];
  const asked = sumOf(entries.filter(({ answer }) => answer.ok).flatMap(unitsOf));
  const unanswered = sumOf(entries.filter(({ answer }) => !answer.ok && answer.code === 'no_answer').flatMap(unitsOf));
  return rows.flatMap((row) => {
    const least = asked.get(keyOf(row)) ?? 0;
    const most = least + (unanswered.get(keyOf(row)) ?? 0);
    return row.units >= least && row.units <= most
      ? []
      : [{ check: 'units', what: `${keyOf(row)}: ${row.units} units, and ${least} by the acknowledged calls` }];
  });
}

const keyOf = ({ id, lineNo, what }: Omit<Row, 'units'>): string => `${what} of ${id} line ${lineNo}`;

function sumOf(rows: readonly Row[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.units);
  return sums;
}

/** The units that a call changes. */
function unitsOf({ procedure, input }: Entry): Row[] {
  // The ledger has the inputs of all procedures; each has its own type where it is called.
  const { orderId, returnId, lines } = input as { orderId: string; returnId: string; lines: Record<string, number>[] };
  switch (procedure) {
    case 'order.cancelLines':
      return lines.map((line) => rowOf(orderId, line, 'canceled', 'quantity'));
    case 'return.replace':
      return lines.map((line) => rowOf(returnId, line, 'replaced', 'quantity'));
    case 'return.receive':
      return Object.entries(receivedInto).flatMap(([field, what]) =>
        lines.map((line) => rowOf(returnId, line, what, field)),
      );
    default:
      return [];
  }
}

const rowOf = (id: string, line: Record<string, number>, what: string, field: string): Row => ({
  id,
  lineNo: line['lineNo'] ?? 0,
  what,
  units: line[field] ?? 0,
});
