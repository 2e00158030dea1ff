import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import dialog from '../../components/dialog.module.css';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from '../order/use-order.ts';
import type { ReturnDialogProps } from './open-dialog.ts';
import { outstandingOf } from './return-units.ts';
import styles from './returns.module.css';
import { useVersion } from './use-version.ts';

const conditions = ['restockQty', 'writeOffQty', 'missingQty'] as const;
type Arrived = Record<(typeof conditions)[number], number>;

const optionOf = { restockQty: '--restock', writeOffQty: '--write-off', missingQty: '--missing' } as const;
const none: Arrived = { restockQty: 0, writeOffQty: 0, missingQty: 0 };
const sumOf = (units: Arrived): number => units.restockQty + units.writeOffQty + units.missingQty;

/** Records what came back, by its condition: for sale again, not for sale again, or not there. */
export function ReceiveDialog({ aReturn, order, onClose }: ReturnDialogProps) {
  const { receive: texts } = useTextsOf(returnsTexts);
  const [arrived, setArrived] = useState<Readonly<Record<number, Arrived>>>({});
  const { expectedVersion, isChanged } = useVersion(order);
  const open = aReturn.lines.filter((line) => outstandingOf(line) > 0);
  const given = open.map(({ lineNo }) => ({ lineNo, ...(arrived[lineNo] ?? none) })).filter((line) => sumOf(line) > 0);
  const isTooMuch = open.some((line) => sumOf(arrived[line.lineNo] ?? none) > outstandingOf(line));
  const nameOf = (lineNo: number) => order.lines.find((line) => line.lineNo === lineNo)?.name ?? String(lineNo);
  const { id: returnId } = aReturn;
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={given.length > 0 && !isTooMuch}
      isChanged={isChanged}
      run={async (key) => client.return.receive.mutate({ returnId, expectedVersion, lines: given }, key)}
      onDone={() => readPartsAgain(order.id)}
      onClose={onClose}
      words={['returns', 'receive', returnId, ...given.flatMap(optionsOf)]}
    >
      <p>{texts.lead}</p>
      {open.map((line) => (
        <fieldset key={line.lineNo} className={dialog['choices']}>
          <legend>{texts.outstanding(nameOf(line.lineNo), outstandingOf(line))}</legend>
          <div className={styles['conditions']}>
            {conditions.map((condition) => (
              <Field key={condition} label={texts[condition]}>
                <input
                  className={parts['input']}
                  type="number"
                  min={0}
                  max={outstandingOf(line)}
                  value={arrived[line.lineNo]?.[condition] ?? 0}
                  onChange={({ target }) =>
                    setArrived({
                      ...arrived,
                      [line.lineNo]: { ...(arrived[line.lineNo] ?? none), [condition]: unitsIn(target.value) },
                    })
                  }
                />
              </Field>
            ))}
          </div>
        </fieldset>
      ))}
      <p aria-live="polite">
        {isTooMuch ? texts.tooMuch : texts.sum(given.reduce((sum, line) => sum + sumOf(line), 0))}
      </p>
    </ConfirmDialog>
  );
}

const unitsIn = (text: string): number => Math.max(Math.trunc(Number(text)) || 0, 0);

const optionsOf = (line: Arrived & { lineNo: number }): string[] =>
  conditions.flatMap((condition) =>
    line[condition] > 0 ? [optionOf[condition], `${line.lineNo}:${line[condition]}`] : [],
  );
