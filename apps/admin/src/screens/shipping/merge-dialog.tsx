import { useState } from 'react';
import { client } from '../../api.ts';
import { ConfirmDialog, useIsChanged } from '../../components/confirm-dialog.tsx';
import { shortId } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { shippingTexts } from '../../texts/shipping.ts';
import dialog from '../../components/dialog.module.css';
import parts from '../../components/parts.module.css';
import { readPartsAgain, type Shipment } from '../order/use-order.ts';

type MergeDialogProps = { shipment: Shipment; others: readonly Shipment[]; onClose: () => void };

/** Moves all units of a shipment into another one of the order. */
export function MergeDialog({ shipment, others, onClose }: MergeDialogProps) {
  const { order } = useTexts();
  const { merge: texts } = useTextsOf(shippingTexts);
  const [intoShipmentId, setInto] = useState(others[0]?.id ?? '');
  const isChanged = useIsChanged([shipment, ...others].map(({ updatedAt }) => updatedAt).join(' '));
  return (
    <ConfirmDialog
      title={texts.title}
      submit={texts.action}
      isChanged={isChanged}
      run={async (key) => client.shipment.merge.mutate({ shipmentId: shipment.id, intoShipmentId }, key)}
      onDone={() => readPartsAgain(shipment.orderId)}
      onClose={onClose}
      words={['shipments', 'merge', shipment.id, intoShipmentId]}
    >
      <p>{texts.lead}</p>
      <fieldset className={dialog['choices']}>
        <legend>{texts.into}</legend>
        {others.map(({ id, lines }) => (
          <label key={id} className={parts['check']}>
            <input type="radio" name="into" checked={id === intoShipmentId} onChange={() => setInto(id)} />
            <code>{shortId(id)}</code> {order.units}: {lines.reduce((sum, { quantity }) => sum + quantity, 0)}
          </label>
        ))}
      </fieldset>
    </ConfirmDialog>
  );
}
