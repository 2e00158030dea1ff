import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { lineOptions, linesOf, UnitFields, type Units } from '../../components/unit-fields.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import { readPartsAgain } from '../order/use-order.ts';
import type { ReturnDialogProps } from './open-dialog.ts';
import { settleableOf } from './return-units.ts';
import { useVersion } from './use-version.ts';

/** Sends units once more, in a shipment of their own. */
export function ReplaceDialog({ aReturn, order, onClose }: ReturnDialogProps) {
  const { replace: texts } = useTextsOf(returnsTexts);
  const owed = aReturn.lines
    .map((line) => ({ lineNo: line.lineNo, max: settleableOf(aReturn, line) }))
    .filter(({ max }) => max > 0);
  const [units, setUnits] = useState<Units>(() => Object.fromEntries(owed.map(({ lineNo, max }) => [lineNo, max])));
  const { expectedVersion, isChanged } = useVersion(order);
  const nameOf = (lineNo: number) => order.lines.find((line) => line.lineNo === lineNo)?.name ?? String(lineNo);
  const lines = linesOf(units);
  const { id: returnId } = aReturn;
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={lines.length > 0}
      isChanged={isChanged}
      run={async (key) => client.return.replace.mutate({ returnId, expectedVersion, lines }, key)}
      onDone={() => readPartsAgain(order.id)}
      onClose={onClose}
      words={['returns', 'replace', returnId, ...lineOptions(lines)]}
    >
      <p>{texts.lead}</p>
      <UnitFields
        lines={owed.map(({ lineNo, max }) => ({ lineNo, name: nameOf(lineNo), max }))}
        units={units}
        onChange={setUnits}
      />
    </ConfirmDialog>
  );
}
