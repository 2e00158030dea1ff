import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/parts.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from '../order/use-order.ts';
import { FaultField } from './fault-field.tsx';
import type { ReturnDialogProps } from './open-dialog.ts';
import { useVersion } from './use-version.ts';

/** Agrees to a return, with the label that the customer sends it by. */
export function ApproveDialog({ aReturn, order, onClose }: ReturnDialogProps) {
  const { dialogs } = useTexts();
  const { approve: texts } = useTextsOf(returnsTexts);
  const [fault, setFault] = useState(aReturn.fault);
  const [label, setLabel] = useState({ carrier: '', trackingNumber: '' });
  const { expectedVersion, isChanged } = useVersion(order);
  const { carrier, trackingNumber } = label;
  const hasLabel = carrier.trim() !== '' || trackingNumber.trim() !== '';
  const isComplete = carrier.trim() !== '' && trackingNumber.trim() !== '';
  const { id: returnId } = aReturn;
  const faultOf = fault === aReturn.fault ? {} : { fault };
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={!hasLabel || isComplete}
      isChanged={isChanged}
      run={async (key) =>
        client.return.approve.mutate({ returnId, expectedVersion, ...faultOf, ...(hasLabel && label) }, key)
      }
      onDone={() => readPartsAgain(order.id)}
      onClose={onClose}
      words={[
        'returns',
        'approve',
        returnId,
        ...(hasLabel ? [carrier || '<carrier>', trackingNumber || '<number>'] : []),
        ...(fault === aReturn.fault ? [] : ['--fault', fault]),
      ]}
    >
      <p>{aReturn.goods === 'KEPT' ? texts.leadKept : texts.lead}</p>
      <FaultField fault={fault} onChange={setFault} />
      {aReturn.goods === 'EXPECTED' &&
        (['carrier', 'trackingNumber'] as const).map((field) => (
          <Field key={field} label={texts.label(dialogs[field])}>
            <input
              className={parts['input']}
              value={label[field]}
              maxLength={100}
              onChange={(event) => setLabel({ ...label, [field]: event.target.value })}
            />
          </Field>
        ))}
    </ConfirmDialog>
  );
}
