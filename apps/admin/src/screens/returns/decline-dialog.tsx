import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from '../order/use-order.ts';
import type { ReturnDialogProps } from './open-dialog.ts';
import { useVersion } from './use-version.ts';

/** Refuses a return, with a reason that the customer can read. */
export function DeclineDialog({ aReturn, order, onClose }: ReturnDialogProps) {
  const { decline: texts } = useTextsOf(returnsTexts);
  const [reason, setReason] = useState('');
  const { expectedVersion, isChanged } = useVersion(order);
  const { id: returnId } = aReturn;
  const given = reason.trim() === '' ? {} : { reason };
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      look="danger"
      isChanged={isChanged}
      run={async (key) => client.return.decline.mutate({ returnId, expectedVersion, ...given }, key)}
      onDone={() => readPartsAgain(order.id)}
      onClose={onClose}
      words={['returns', 'decline', returnId, ...(given.reason === undefined ? [] : ['--reason', reason])]}
    >
      <p>{texts.lead}</p>
      <Field label={texts.reason}>
        <input
          className={parts['input']}
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
    </ConfirmDialog>
  );
}
