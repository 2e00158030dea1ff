import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { Failure } from '../../components/parts.tsx';
import { linesOf, UnitFields, type Units } from '../../components/unit-fields.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import dialog from '../../components/dialog.module.css';

/**
 * Units of a return that pay for an exchange, of those that it owes now, which only the server knows. All of them pay
 * until others are chosen: `lines` is undefined then.
 */
export function usePayingUnits(returnId: string) {
  const { data, error } = useQuery(trpc.return.preview.queryOptions({ returnId }));
  const [chosen, setChosen] = useState<Units>({});
  const owed = (data?.lines ?? []).flatMap(({ kind, lineNo, name, quantity }) =>
    kind === 'PRODUCT' ? [{ lineNo, name, max: quantity }] : [],
  );
  const units: Units = Object.fromEntries(
    owed.map(({ lineNo, max }) => [lineNo, Math.min(chosen[lineNo] ?? max, max)]),
  );
  const isAll = owed.every(({ lineNo, max }) => units[lineNo] === max);
  return { owed, units, setChosen, lines: isAll ? undefined : linesOf(units), error };
}

type PayingUnitsProps = Pick<ReturnType<typeof usePayingUnits>, 'owed' | 'units' | 'setChosen' | 'error'>;

export function PayingUnits({ owed, units, setChosen, error }: PayingUnitsProps) {
  const { exchange: texts } = useTextsOf(returnsTexts);
  if (error) return <Failure error={error} />;
  return (
    <fieldset className={dialog['choices']}>
      <legend>{texts.paying}</legend>
      <UnitFields lines={owed} units={units} onChange={setChosen} />
    </fieldset>
  );
}
